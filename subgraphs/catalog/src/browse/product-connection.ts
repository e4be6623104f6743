import 'reflect-metadata';
import { PageInfo } from '@stampede/shared/graphql';
import { Field, Int, ObjectType } from 'type-graphql';
import { ProductEdge } from '../product.entity.js';

@ObjectType()
export class ProductConnection {
  @Field(() => [ProductEdge], { description: 'One for each product of the page.' })
  edges!: ProductEdge[];

  @Field(() => PageInfo, { description: 'Where the page stands.' })
  pageInfo!: PageInfo;

  @Field(() => Int, { description: 'Products in the whole list.' })
  totalCount!: number | Promise<number>;
}

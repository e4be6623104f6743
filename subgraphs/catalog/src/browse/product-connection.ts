import 'reflect-metadata';
import { cost, PageInfo } from '@stampede/shared/graphql';
import { Directive, Field, FieldResolver, Int, ObjectType, Resolver, Root } from 'type-graphql';
import { ProductEdge } from '../product.entity.js';

@ObjectType({ description: 'A page of products.' })
export class ProductConnection {
  @Field(() => [ProductEdge], { description: 'One for each product of the page.' })
  edges!: ProductEdge[];

  @Field(() => PageInfo, { description: 'Where the page stands.' })
  pageInfo!: PageInfo;

  /** A number, or how to get it, for a list that is not to be counted for who does not ask. */
  totalCount!: number | (() => Promise<number>);
}

@Resolver(() => ProductConnection)
export class ProductConnectionResolver {
  @Directive(cost(10))
  @FieldResolver(() => Int, { description: 'Products in the whole list, exactly.' })
  totalCount(@Root() { totalCount }: ProductConnection): number | Promise<number> {
    return typeof totalCount === 'function' ? totalCount() : totalCount;
  }
}

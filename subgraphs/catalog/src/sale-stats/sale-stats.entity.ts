import 'reflect-metadata';
import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Int, ObjectType } from 'type-graphql';
import { Product } from '../product.entity.js';
import type { SaleFunnel } from './sale-funnels.js';

@ObjectType({ description: 'How often a checkout was refused for one reason.' })
export class RefusalCount {
  @Field({ description: 'The type of the refusal: SoldOut, SaleNotOpen or LimitExceeded.' })
  reason!: string;

  @Field(() => Int, { description: 'Checkouts that were answered so, 2,147,483,647 at most.' })
  count!: number;
}

@ObjectType({ description: 'A second of a sale in which something happened.' })
export class SalePoint {
  @Field(() => GraphQLDateTime, { description: 'When the second began.' })
  at!: Date;

  @Field(() => Int, { description: 'Units available, as last seen by the end of it.' })
  available!: number;

  @Field(() => Int, { description: 'Units held, as last seen by the end of it.' })
  held!: number;

  @Field(() => Int, { description: 'Units sold, as last seen by the end of it.' })
  sold!: number;

  @Field(() => Int, { description: 'Checkouts that were answered in it: orders and refusals.' })
  decisions!: number;
}

/** The rest of its fields are resolved when they are asked for: they come from three places. */
@ObjectType({ description: 'How a sale goes: its funnel, and its course by the second.' })
export class SaleStats {
  @Field(() => Product, { nullable: true, description: 'What is sold.' })
  product!: Product;

  /** Of one answer: all of its numbers are of the same instant. */
  funnel?: Promise<SaleFunnel>;
}

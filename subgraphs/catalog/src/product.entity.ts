import 'reflect-metadata';
import { Money, usually } from '@stampede/shared/graphql';
import type { SaleSettings } from '@stampede/shared/inventory';
import type { RefundPolicyTerms } from '@stampede/shared/messages';
import { GraphQLDateTime, GraphQLURL } from 'graphql-scalars';
import { Directive, Field, ID, Int, ObjectType } from 'type-graphql';
import type { TimedReading } from './stock/timed-reading.js';

@ObjectType({ description: 'Up to `daysBefore` the day of use, `percent` of the price is given back.' })
export class RefundTier {
  @Field(() => Int, { description: 'Days before the day of use; 0 is that day itself.' })
  daysBefore!: number;

  @Field(() => Int, { description: 'Of the price, 0 to 100.' })
  percent!: number;
}

@ObjectType({
  description:
    'What cancelling gives back. `usedOn` is the day of admission for a ticket. A tier gives percent of the price back up to daysBefore that day (or, without usedOn, until the parcel ships: 100). Days are those of the calendar in `sale.timeZone`; of several tiers that are still reached, the best applies.',
})
export class RefundPolicy {
  @Field(() => GraphQLDateTime, { nullable: true, description: 'The day of admission, for a ticket.' })
  usedOn!: Date | null;

  @Directive(usually(4))
  @Field(() => [RefundTier], { description: 'Most days first.' })
  tiers!: RefundTier[];
}

@Directive('@key(fields: "id", resolvable: false)')
@ObjectType({ description: 'What everyone may know of who sells.' })
export class Seller {
  @Field(() => ID, { description: 'The account that sells.' })
  id!: string;
}

/** Both as the API publishes a product and as a row of the table `product`. */
@Directive('@key(fields: "id")')
@ObjectType({ description: 'Something sold in a limited number, first come, first served.' })
export class Product {
  @Field(() => ID, { description: 'Names the product for good.' })
  id!: string;

  @Field({ description: 'Plain text.' })
  name!: string;

  @Field({ description: 'Plain text.' })
  description!: string;

  @Field(() => [String], { description: 'A collaboration names two or more.' })
  brands!: string[];

  @Field(() => [GraphQLURL], { description: 'The first is the main one.' })
  images!: string[];

  @Field(() => Money, { description: 'For one unit.' })
  price!: Money;

  @Field(() => RefundPolicy, { description: 'What cancelling gives back.' })
  refundPolicy!: RefundPolicyTerms;

  @Field(() => GraphQLDateTime, { description: 'When it was created.' })
  createdAt!: Date;

  sellerId!: string;
  timeZone!: string;
  categoryId!: string | null;
  settings!: SaleSettings;
  sold!: number;
  /** In which Redis was last rebuilt; every effect on stock is stamped with it. 0: never. */
  epoch!: number;
  /** What a live viewer is told of its stock: read once for all of them. Without it, stock is read when asked for. */
  reading?: TimedReading;
}

@ObjectType()
export class ProductEdge {
  @Field({ description: 'Where this product stands in the list: for `after`.' })
  cursor!: string;

  @Field(() => Product, { description: 'The product.' })
  node!: Product;
}

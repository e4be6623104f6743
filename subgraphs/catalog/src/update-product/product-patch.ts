import 'reflect-metadata';
import { DEFAULT_TIME_ZONE } from '@stampede/shared/messages';
import { GraphQLDateTime, GraphQLSafeInt, GraphQLURL } from 'graphql-scalars';
import { Field, ID, InputType, Int } from 'type-graphql';
import { RefundTierInput } from '../create-product/product-input.js';
import { TIME_ZONE_RULE } from '../create-product/time-zone.js';

@InputType({
  description:
    'What is to change of a product; what is left out stays as it is. From 10 s before the sale opens on, price, limitPerBuyer, holdMinutes and opensAt cannot change; and a sale opens 10 s after one of the first three was changed at the soonest.',
})
export class ProductPatch {
  @Field(() => String, { nullable: true, description: '1 to 200 characters, plain text; not null.' })
  name?: string | null;

  @Field(() => String, { nullable: true, description: 'At most 10,000 characters, plain text; null: none.' })
  description?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: '1 to 10; a collaboration names two or more. Not null.',
  })
  brands?: string[] | null;

  @Field(() => ID, { nullable: true, description: 'One of `categories`; null: none.' })
  categoryId?: string | null;

  @Field(() => [GraphQLURL], { nullable: true, description: 'At most 10, by https; null: none.' })
  images?: URL[] | null;

  @Field(() => GraphQLSafeInt, { nullable: true, description: 'Won for one unit; at least 100. Not null.' })
  price?: number | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description:
      'The second at which the sale opens; one that has come opens it now. Not sooner than 10 s after price, limitPerBuyer or holdMinutes was changed. Not null.',
  })
  opensAt?: Date | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description:
      'After opensAt, and still to come: a closed sale opens again until then. Null: it does not close. To close now, see closeSale.',
  })
  closesAt?: Date | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Units that one buyer may hold and own: 1 to 1,000; null: 1.',
  })
  limitPerBuyer?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'Minutes that a buyer has for paying: 1 to 1,440; null: 30.',
  })
  holdMinutes?: number | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'The day of admission, for a ticket; after opensAt. Null: it is no ticket.',
  })
  usedOn?: Date | null;

  @Field(() => String, {
    nullable: true,
    description: `In which days before the day of use are counted: ${TIME_ZONE_RULE}; null: ${DEFAULT_TIME_ZONE}.`,
  })
  timeZone?: string | null;

  @Field(() => [RefundTierInput], { nullable: true, description: 'At most 10; null: everything back.' })
  refundTiers?: RefundTierInput[] | null;
}

import 'reflect-metadata';
import { DEFAULT_TIME_ZONE } from '@stampede/shared/messages';
import { GraphQLDateTime, GraphQLSafeInt, GraphQLURL } from 'graphql-scalars';
import { Field, ID, InputType, Int } from 'type-graphql';
import { TIME_ZONE_RULE } from './time-zone.js';

@InputType()
export class RefundTierInput {
  @Field(() => Int, { description: 'Days before the day of use; 0 is that day itself.' })
  daysBefore!: number;

  @Field(() => Int, { description: 'Of the price, 0 to 100.' })
  percent!: number;
}

@InputType()
export class ProductInput {
  @Field({ description: '1 to 200 characters, plain text.' })
  name!: string;

  @Field(() => String, {
    nullable: true,
    defaultValue: '',
    description: 'At most 10,000 characters, plain text.',
  })
  description!: string | null;

  @Field(() => [String], { description: '1 to 10; a collaboration names two or more.' })
  brands!: string[];

  @Field(() => ID, { nullable: true, description: 'One of `categories`; none, when left out.' })
  categoryId!: string | null;

  @Field(() => [GraphQLURL], { nullable: true, defaultValue: [], description: 'At most 10, by https.' })
  images!: URL[] | null;

  @Field(() => GraphQLSafeInt, { description: 'Won for one unit; at least 100.' })
  price!: number;

  @Field(() => Int, { description: 'Units that exist: 1 to 1,000,000.' })
  stock!: number;

  @Field(() => GraphQLDateTime, { description: 'The second at which the sale opens.' })
  opensAt!: Date;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'After opensAt; never, when left out.' })
  closesAt!: Date | null;

  @Field(() => Int, {
    nullable: true,
    defaultValue: 1,
    description: 'Units that one buyer may hold and own: 1 to 1,000.',
  })
  limitPerBuyer!: number | null;

  @Field(() => Int, {
    nullable: true,
    defaultValue: 30,
    description: 'Minutes that a buyer has for paying: 1 to 1,440.',
  })
  holdMinutes!: number | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'The day of admission, for a ticket; after opensAt.',
  })
  usedOn!: Date | null;

  @Field(() => String, {
    nullable: true,
    defaultValue: DEFAULT_TIME_ZONE,
    description: `In which days before the day of use are counted: ${TIME_ZONE_RULE}.`,
  })
  timeZone!: string | null;

  @Field(() => [RefundTierInput], {
    nullable: true,
    description: 'At most 10; everything back, when left out.',
  })
  refundTiers!: RefundTierInput[] | null;

  @Field(() => String, {
    nullable: true,
    description:
      '8 to 64 of A-Z a-z 0-9 . _ -; the same key gives the same product again, and with anything else in the input it is IDEMPOTENCY_CONFLICT.',
  })
  idempotencyKey!: string | null;
}

import 'reflect-metadata';
import { Money } from '@stampede/shared/graphql';
import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, ObjectType } from 'type-graphql';
import { Order } from '../payment.entity.js';

@ObjectType({
  description: 'One double entry: the debits of its lines equal their credits. It is never changed.',
})
export class JournalEntry {
  @Field(() => ID, { description: 'Names the entry for good.' })
  id!: string;

  @Field(() => GraphQLDateTime, { description: 'When it was booked.' })
  at!: Date;

  @Field({ description: 'What was booked.' })
  description!: string;

  @Field(() => ID, { nullable: true, description: 'Of which order; null for what is of none.' })
  orderId!: string | null;

  @Field(() => Order, { nullable: true, description: 'Of which order; null for what is of none.' })
  order!: Order | null;
}

@ObjectType({ description: 'What an entry does to one account: a debit or a credit, the other is 0.' })
export class JournalLine {
  @Field({
    description:
      '`receivable:PROVIDER`, `deposits` (of buyers), `payable:SELLER_ID` (a wallet), or `fees` (the platform’s).',
  })
  account!: string;

  @Field(() => Money, { description: 'Won on the left side.' })
  debit!: Money;

  @Field(() => Money, { description: 'Won on the right side.' })
  credit!: Money;

  entryId!: string;
}

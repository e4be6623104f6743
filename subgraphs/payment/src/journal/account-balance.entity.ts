import 'reflect-metadata';
import { Money } from '@stampede/shared/graphql';
import { Field, ObjectType } from 'type-graphql';

@ObjectType({ description: 'Where an account stands: its balance, on the side that is the greater.' })
export class AccountBalance {
  @Field({ description: 'Its name, as in the lines of the journal.' })
  account!: string;

  @Field(() => Money, { description: 'What its debits have more than its credits, or 0.' })
  debit!: Money;

  @Field(() => Money, { description: 'What its credits have more than its debits, or 0.' })
  credit!: Money;
}

import 'reflect-metadata';
import { GraphQLSafeInt } from 'graphql-scalars';
import { Directive, Field, ObjectType, registerEnumType } from 'type-graphql';

export enum Currency {
  KRW = 'KRW',
}
registerEnumType(Currency, { name: 'Currency', description: 'ISO 4217.' });

@Directive('@shareable')
@ObjectType({ description: 'An amount in the currency’s minor unit (KRW has none: 1 is 1 won).' })
export class Money {
  @Field(() => GraphQLSafeInt, { description: 'In minor units; never negative.' })
  amount!: number;

  @Field(() => Currency, { description: 'The currency that `amount` counts.' })
  currency!: Currency;
}

/** An amount in won. */
export const won = (amount: number): Money => ({ amount, currency: Currency.KRW });

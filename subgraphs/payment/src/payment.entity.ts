import 'reflect-metadata';
import { Money } from '@stampede/shared/graphql';
import { GraphQLDateTime, GraphQLURL } from 'graphql-scalars';
import { Directive, Field, ID, ObjectType, registerEnumType } from 'type-graphql';
import { PaymentStatus } from './payment-status.js';

export enum PaymentProvider {
  KAKAOPAY = 'KAKAOPAY',
  TOSS_PAYMENTS = 'TOSS_PAYMENTS',
}
registerEnumType(PaymentProvider, {
  name: 'PaymentProvider',
  description: 'Who takes the money.',
  valuesConfig: {
    KAKAOPAY: { description: 'KakaoPay, on a page of its own.' },
    TOSS_PAYMENTS: { description: 'Toss Payments, by card or easy pay, in a window over a page of ours.' },
  },
});

export enum DeclineReason {
  CARD_REFUSED = 'CARD_REFUSED',
  INSUFFICIENT_FUNDS = 'INSUFFICIENT_FUNDS',
  LIMIT_EXCEEDED = 'LIMIT_EXCEEDED',
  CANCELLED_BY_BUYER = 'CANCELLED_BY_BUYER',
  EXPIRED = 'EXPIRED',
  INVALID = 'INVALID',
  OTHER = 'OTHER',
}
registerEnumType(DeclineReason, {
  name: 'DeclineReason',
  description: 'Why the provider did not take the money.',
  valuesConfig: {
    CARD_REFUSED: { description: 'The bank or the card’s issuer has refused.' },
    INSUFFICIENT_FUNDS: { description: 'The balance is too low.' },
    LIMIT_EXCEEDED: { description: 'More than the card or its owner may pay.' },
    CANCELLED_BY_BUYER: { description: 'The buyer gave up.' },
    OTHER: { description: 'The provider gave another reason, or none.' },
    INVALID: { description: 'The token is not this payment’s; the right one still works.' },
    EXPIRED: { description: 'The provider’s window has ended.' },
  },
});

@Directive('@key(fields: "id")')
@ObjectType({ description: 'A buyer’s claim on units: held, then paid, then theirs.' })
export class Order {
  @Field(() => ID)
  id!: string;
}

@Directive('@key(fields: "id")')
@ObjectType({ description: 'One attempt to pay for an order, by one provider.' })
export class Payment {
  @Field(() => ID, { description: 'Names the payment for good.' })
  id!: string;

  @Field(() => Order, { nullable: true, description: 'What is paid.' })
  order!: Order;

  @Field(() => PaymentProvider, { description: 'Who takes the money.' })
  provider!: PaymentProvider;

  @Field(() => PaymentStatus, { description: 'Where it stands.' })
  status!: PaymentStatus;

  @Field(() => Money, { description: 'The order’s total.' })
  amount!: Money;

  @Field(() => GraphQLURL, {
    nullable: true,
    description: 'Where the buyer’s browser goes to pay, while READY.',
  })
  redirectUrl!: string | null;

  @Field(() => DeclineReason, { nullable: true, description: 'Why not, when DECLINED.' })
  declineReason!: DeclineReason | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the provider took the money.' })
  approvedAt!: Date | null;

  @Field(() => GraphQLDateTime, { description: 'When it was started.' })
  createdAt!: Date;
}

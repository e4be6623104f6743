import 'reflect-metadata';
import { Rejection } from '@stampede/shared/graphql';
import { GraphQLDateTime } from 'graphql-scalars';
import { Field, ID, ObjectType, createUnionType } from 'type-graphql';
import { DeclineReason, Order, Payment } from './payment.entity.js';
import type { PaymentRow } from './payment-row.js';
import { paymentOf } from './payment-view.js';

@ObjectType({ implements: Rejection, description: 'Paid, expired, cancelled, or being decided.' })
export class OrderNotPayable extends Rejection {
  @Field(() => ID, { description: 'Which order.' })
  orderId!: string;

  @Field(() => Order, { nullable: true, description: 'As it stands.' })
  order!: Order;
}

@ObjectType({ implements: Rejection, description: 'The provider did not take the money.' })
export class PaymentDeclined extends Rejection {
  @Field(() => DeclineReason, { description: 'Why not.' })
  reason!: DeclineReason;

  @Field(() => Payment, { description: 'As it stands: READY, when the right token may still come.' })
  payment!: Payment;
}

@ObjectType({
  implements: Rejection,
  description: 'The provider’s answer is unknown yet; it will be settled, never lost.',
})
export class PaymentPending extends Rejection {
  @Field(() => Payment, { description: 'APPROVING; ask again.' })
  payment!: Payment;
}

@ObjectType({ implements: Rejection, description: 'The provider cannot be reached; nothing was started.' })
export class ProviderUnavailable extends Rejection {
  @Field(() => GraphQLDateTime, { description: 'When to try again.' })
  retryAt!: Date;
}

export const StartPaymentResult = createUnionType({
  name: 'StartPaymentResult',
  description: 'The payment to be made, or why there is none.',
  types: () => [Payment, OrderNotPayable, ProviderUnavailable] as const,
});

export const ApprovePaymentResult = createUnionType({
  name: 'ApprovePaymentResult',
  description: 'The approved payment, or why it is not.',
  types: () => [Payment, PaymentDeclined, PaymentPending, OrderNotPayable, ProviderUnavailable] as const,
});

export const orderNotPayable = (orderId: string) =>
  Object.assign(new OrderNotPayable(), {
    message: 'This order cannot be paid: it is paid, has ended, or another payment of it is being decided.',
    orderId,
    order: { id: orderId },
  });

export const paymentDeclined = (row: PaymentRow, reason: DeclineReason) =>
  Object.assign(new PaymentDeclined(), {
    message: MESSAGES[reason],
    reason,
    payment: paymentOf(row),
  });

export const paymentPending = (row: PaymentRow) =>
  Object.assign(new PaymentPending(), {
    message: 'The payment is being decided. Ask again in a moment.',
    payment: paymentOf(row),
  });

const RETRY_AFTER_MS = 5_000;

/** @param retryAt when it may be back, where that is known. */
export const providerUnavailable = (retryAt = new Date(Date.now() + RETRY_AFTER_MS)) =>
  Object.assign(new ProviderUnavailable(), {
    message: 'The payment provider cannot be reached. Please try again shortly.',
    retryAt,
  });

const MESSAGES: Record<DeclineReason, string> = {
  CARD_REFUSED: 'The card was refused.',
  INSUFFICIENT_FUNDS: 'There is not enough money on the account.',
  LIMIT_EXCEEDED: 'The amount is above what the card or account allows.',
  CANCELLED_BY_BUYER: 'The payment was cancelled.',
  EXPIRED: 'The time for this payment is over. Start a new one.',
  INVALID: 'This token does not belong to this payment.',
  OTHER: 'The provider declined the payment.',
};

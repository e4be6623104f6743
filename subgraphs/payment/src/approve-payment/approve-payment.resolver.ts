import 'reflect-metadata';
import { isUuid } from '@stampede/shared/graphql';
import { badInput, notFound } from '@stampede/shared/errors';
import { requireUser, type SubgraphContext } from '@stampede/shared/subgraph';
import { GraphQLSafeInt } from 'graphql-scalars';
import { Arg, Ctx, Field, ID, InputType, Mutation, Resolver } from 'type-graphql';
import type { Payment } from '../payment.entity.js';
import type { PaymentParts } from '../payment-parts.js';
import { paymentOf } from '../payment-view.js';
import {
  ApprovePaymentResult,
  orderNotPayable,
  paymentDeclined,
  paymentPending,
  type OrderNotPayable,
  type PaymentDeclined,
  type PaymentPending,
} from '../rejections.js';
import { approvePayment } from './approve-payment.js';
import { checkAmount } from './check-amount.js';

const MAX_TOKEN_LENGTH = 300;

@InputType({ description: 'What the provider’s redirect carried back.' })
export class ApprovePaymentInput {
  @Field(() => ID, { description: 'The payment that came back as ?payment=ID.' })
  paymentId!: string;

  @Field({ description: 'KakaoPay’s pg_token, or Toss Payments’ paymentKey.' })
  token!: string;

  @Field(() => GraphQLSafeInt, {
    nullable: true,
    description:
      'What Toss Payments’ redirect carried, in won: it must equal the order’s total. KakaoPay’s carries none.',
  })
  amount?: number | null;
}

@Resolver()
export class ApprovePaymentResolver {
  constructor(private readonly parts: PaymentParts) {}

  @Mutation(() => ApprovePaymentResult, {
    description:
      'Has the provider take the money; an amount that is not the order’s total is BAD_USER_INPUT. Safe to repeat. Role: the order’s buyer.',
  })
  async approvePayment(
    @Ctx() context: SubgraphContext,
    @Arg('input', () => ApprovePaymentInput, { description: 'What came back from the provider.' })
    input: ApprovePaymentInput,
  ): Promise<Payment | PaymentDeclined | PaymentPending | OrderNotPayable> {
    const { userId } = requireUser(context);
    if (input.token.length < 1 || input.token.length > MAX_TOKEN_LENGTH) {
      throw badInput({ path: 'input.token', message: `has 1 to ${MAX_TOKEN_LENGTH} characters.` });
    }
    const payment = isUuid(input.paymentId) ? await this.parts.approvals.find(input.paymentId) : undefined;
    if (!payment || payment.buyer_id !== userId) throw notFound('payment');
    checkAmount(input.amount ?? undefined, payment, this.parts.providers[payment.provider]);
    const decision = await this.parts.approvals.during(() =>
      approvePayment(this.parts, payment, input.token, context.requestId),
    );
    switch (decision.kind) {
      case 'approved':
        return paymentOf(decision.payment);
      case 'declined':
        return paymentDeclined(decision.payment, decision.reason);
      case 'pending':
        return paymentPending(decision.payment);
      case 'not-payable':
        return orderNotPayable(decision.payment.order_id);
      default:
        return decision satisfies never;
    }
  }
}

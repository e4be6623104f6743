import 'reflect-metadata';
import { notFound } from '@stampede/shared/errors';
import { isUuid } from '@stampede/shared/graphql';
import { requireUser, type SubgraphContext } from '@stampede/shared/subgraph';
import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import { Payment } from '../payment.entity.js';
import type { PaymentParts } from '../payment-parts.js';
import { findPayment } from '../payment-row.js';
import { paymentOf } from '../payment-view.js';
import { abandonPayment } from './abandon-payment.js';

@Resolver()
export class AbandonPaymentResolver {
  constructor(private readonly parts: PaymentParts) {}

  @Mutation(() => Payment, {
    description:
      'Ends a READY payment whose buyer came back without paying, by the provider’s cancel or fail URL: DECLINED, with the provider’s reason or CANCELLED_BY_BUYER. Any other is given as it is. Safe to repeat. Role: the order’s buyer.',
  })
  async abandonPayment(
    @Ctx() context: SubgraphContext,
    @Arg('id', () => ID, { description: 'The payment that came back as ?payment=ID.' }) id: string,
  ): Promise<Payment> {
    const { userId } = requireUser(context);
    const payment = isUuid(id) ? await findPayment(this.parts.database, id) : undefined;
    if (!payment || payment.buyer_id !== userId) throw notFound('payment');
    return paymentOf(await abandonPayment(this.parts, payment));
  }
}

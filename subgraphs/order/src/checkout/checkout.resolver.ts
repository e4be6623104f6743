import 'reflect-metadata';
import { badInput } from '@stampede/shared/errors';
import { requireUser, type SubgraphContext } from '@stampede/shared/subgraph';
import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { Order } from '../order.entity.js';
import { orderOf } from '../order-view.js';
import type { CheckoutCounts } from '../sale-figures/checkout-counts.js';
import { countCheckout } from '../sale-figures/count-checkout.js';
import { basketOf } from './basket.js';
import { CheckoutInput } from './checkout-input.js';
import { checkout, type CheckoutParts } from './checkout.js';
import { shipToOf } from './ship-to.js';
import { CheckoutResult, cartEmpty, type CheckoutRejection } from './rejections.js';

const KEY = /^[A-Za-z0-9._-]{8,64}$/;

@Resolver()
export class CheckoutResolver {
  constructor(private readonly parts: CheckoutParts & { counts: CheckoutCounts }) {}

  @Mutation(() => CheckoutResult, {
    description: 'Holds the units and places the order, or says why not. Role: any signed in.',
  })
  async checkout(
    @Ctx() context: SubgraphContext,
    @Arg('input', () => CheckoutInput, { description: 'What is bought.' }) input: CheckoutInput,
  ): Promise<Order | CheckoutRejection> {
    const { userId } = requireUser(context);
    if (!KEY.test(input.idempotencyKey)) {
      throw badInput({ path: 'input.idempotencyKey', message: 'has 8 to 64 of A-Z a-z 0-9 . _ -.' });
    }
    if (!input.lines || input.lines.length === 0) return cartEmpty();
    const basket = basketOf(input.lines, {
      idempotencyKey: input.idempotencyKey,
      shipTo: shipToOf(input),
    });
    const outcome = await checkout(this.parts, userId, input.idempotencyKey, basket);
    countCheckout(this.parts.counts, basket, outcome);
    return 'order' in outcome ? orderOf(outcome.order) : outcome.rejection;
  }
}

import 'reflect-metadata';
import { badInput } from '@stampede/shared/errors';
import { requireUser, type SubgraphContext } from '@stampede/shared/subgraph';
import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { checkoutCart } from '../cart/checkout-cart.js';
import type { Order } from '../order.entity.js';
import { orderOf } from '../order-view.js';
import type { CheckoutCounts } from '../sale-figures/checkout-counts.js';
import type { CheckoutMetrics } from '../sale-figures/checkout-metrics.js';
import { countCheckout } from '../sale-figures/count-checkout.js';
import { basketOf, type Basket } from './basket.js';
import { CheckoutInput } from './checkout-input.js';
import { checkout, type CheckoutOutcome, type CheckoutParts } from './checkout.js';
import { shipToOf } from './ship-to.js';
import { CheckoutResult, cartEmpty, type CheckoutRejection } from './rejections.js';

const KEY = /^[A-Za-z0-9._-]{8,64}$/;

@Resolver()
export class CheckoutResolver {
  constructor(
    private readonly parts: CheckoutParts & { counts: CheckoutCounts; outcomes: CheckoutMetrics },
  ) {}

  @Mutation(() => CheckoutResult, {
    description: 'Holds the units and places the order, or says why not. Role: any signed in.',
  })
  async checkout(
    @Ctx() context: SubgraphContext,
    @Arg('input', () => CheckoutInput, {
      description: 'What is bought; the cart, unless lines say otherwise.',
    })
    input: CheckoutInput,
  ): Promise<Order | CheckoutRejection> {
    const { counts, outcomes } = this.parts;
    try {
      const { userId } = requireUser(context);
      if (!KEY.test(input.idempotencyKey)) {
        throw badInput({ path: 'input.idempotencyKey', message: 'has 8 to 64 of A-Z a-z 0-9 . _ -.' });
      }
      const bought = await this.buy(userId, input);
      outcomes.ended(bought);
      if (!bought) return cartEmpty();
      const { basket, outcome } = bought;
      countCheckout(counts, basket, outcome);
      return 'order' in outcome ? orderOf(outcome.order) : outcome.rejection;
    } catch (error) {
      outcomes.failed(error);
      throw error;
    }
  }

  /** What was bought, and how that went; undefined when there is nothing to buy. */
  private async buy(
    buyerId: string,
    input: CheckoutInput,
  ): Promise<{ basket: Basket; outcome: CheckoutOutcome } | undefined> {
    const { lines, idempotencyKey } = input;
    const shipTo = shipToOf(input);
    if (!lines) return checkoutCart(this.parts, { buyerId, idempotencyKey, shipTo });
    if (lines.length === 0) return undefined;
    const basket = basketOf(lines, { idempotencyKey, shipTo });
    return { basket, outcome: await checkout(this.parts, buyerId, idempotencyKey, basket) };
  }
}

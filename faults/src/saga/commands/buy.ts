import fc from 'fast-check';
import { basketOf } from '@stampede/order/checkout/basket';
import { checkout } from '@stampede/order/checkout/checkout';
import { countCheckout } from '@stampede/order/sale-figures/count-checkout';
import type { Stall } from '../life.js';
import type { Model } from '../model.js';
import { buyerIdOf } from '../sale.js';
import type { World } from '../world.js';
import { command, STALLS, standing, type Command } from './command.js';

export interface Wish {
  buyer: number;
  key: number;
  /** Units of each product; a basket that has none of any is one of the first. */
  units: readonly number[];
  stall: Stall | undefined;
}

/** Few buyers and fewer keys, so that the same key comes again, with the same basket or another one. */
export const wishes = (products: number): fc.Arbitrary<Wish> =>
  fc.record({
    buyer: fc.nat(2),
    key: fc.nat(1),
    units: fc.array(fc.constantFrom(0, 1, 1, 2), { minLength: products, maxLength: products }),
    stall: STALLS,
  });

export const buying = (products: number, steps: fc.Arbitrary<number>): fc.Arbitrary<Command> =>
  fc.record({ wish: wishes(products), steps }).map(({ wish, steps: taken }) =>
    command(
      `buyer ${wish.buyer} buys ${wish.units.join('+')} by key ${wish.key}${standing(wish.stall)}`,
      taken,
      (model, world) => {
        void buy(model, world, wish);
      },
    ),
  );

/** @returns the order's id, once it is told; undefined where there is none */
export async function buy(
  model: Model,
  { history, platform, productIds, decided }: World,
  { buyer, key, units, stall }: Wish,
): Promise<string | undefined> {
  const idempotencyKey = `key-number-${key}`;
  const lines = productIds.flatMap((productId, index) => {
    const quantity = units[index] ?? 0;
    return quantity > 0 ? [{ productId, quantity }] : [];
  });
  if (lines.length === 0) lines.push({ productId: productIds[0]!, quantity: 1 });
  const basket = basketOf(lines, { idempotencyKey, shipTo: null });
  const buyerId = buyerIdOf(buyer);
  try {
    const outcome = await history.start(
      'order',
      `checkout of buyer ${buyer}`,
      async () => {
        const { counts, checkout: parts } = platform;
        const decision = await checkout(parts, buyerId, idempotencyKey, basket);
        const counting = {
          ...counts,
          add: (id: string, refusedFor?: Parameters<typeof counts.add>[1]) => {
            decided.set(id, (decided.get(id) ?? 0) + 1);
            counts.add(id, refusedFor);
          },
        };
        countCheckout(counting, basket, decision);
        return decision;
      },
      stall,
    );
    if (!('order' in outcome)) return undefined;
    const { id, digest } = outcome.order;
    if (digest !== basket.digest) history.surprises.push('4. a key was answered with another basket’s order');
    const before = model.digests.get(id);
    if (before !== undefined && before !== digest) history.surprises.push('4. an order turned into another');
    if (before === undefined) model.orders.push({ id, buyerId });
    model.digests.set(id, digest);
    return id;
  } catch {
    // It was told so, and comes again by the same key, or does not; what nobody is told the history has noted.
    return undefined;
  }
}

import fc from 'fast-check';
import type { Verdict } from '../bank/account.js';
import { tokenOf } from '../bank/bank.js';
import type { Model } from '../model.js';
import type { World } from '../world.js';
import { buy, wishes, type Wish } from './buy.js';
import { command, standing, type Command } from './command.js';
import { approve, PROVIDERS, start, VERDICTS } from './pay.js';

/** A buyer who goes the whole way, each step as soon as the one before is answered. */
export const purchasing = (products: number, steps: fc.Arbitrary<number>): fc.Arbitrary<Command> =>
  fc
    .record({
      wish: wishes(products),
      provider: fc.constantFrom(...PROVIDERS),
      verdict: fc.constantFrom(...VERDICTS),
      steps,
    })
    .map(({ wish, provider, verdict, steps: taken }) =>
      command(
        `buyer ${wish.buyer} buys ${wish.units.join('+')} by key ${wish.key}${standing(wish.stall)} and pays by ${provider}, the bank ${verdict}`,
        taken,
        (model, world) => {
          void purchase(model, world, { wish, provider, verdict });
        },
      ),
    );

async function purchase(
  model: Model,
  world: World,
  { wish, provider, verdict }: { wish: Wish; provider: (typeof PROVIDERS)[number]; verdict: Verdict },
): Promise<void> {
  const orderId = await buy(model, world, wish);
  const order = model.orders.find(({ id }) => id === orderId);
  const paymentId = order && (await start(model, world, order, provider));
  if (paymentId === undefined) return;
  world.bank.plan(paymentId, verdict);
  await approve(world, paymentId, tokenOf(paymentId));
}

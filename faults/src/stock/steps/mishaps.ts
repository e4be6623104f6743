import fc from 'fast-check';
import { HOUR_MS } from '../model/history.js';
import { parts } from '../model/stock.js';
import { step } from './step.js';

/** Hours go by; none do while a rebuild has settings in hand that tell when the sale opens. */
export const passTime = fc.record({ hours: fc.integer({ min: 1, max: 2 }) }).map((numbers) =>
  step('passTime', numbers, async ({ hours }, history, product) => {
    if (product.rebuilds.length > 0) return;
    const ms = hours * HOUR_MS;
    history.aheadMs += ms;
    const { meddling } = product.server;
    await product.agree(
      history,
      () => Promise.all([product.keys, product.dumpKeys].map((keys) => meddling.passTime(...keys, ms))),
      (answer) => answer,
    );
  }),
);

/** Redis loses everything that it knows of the product, or one of its hashes. */
export const lose = fc.record({ part: fc.constantFrom('all', ...parts) }).map((numbers) =>
  step('lose', numbers, async ({ part }, history, product) => {
    const keys = part === 'all' ? product.keys : [product.keys[parts.indexOf(part)]!];
    await product.agree(
      history,
      () => product.server.redis.unlink(...keys),
      (removed) => {
        if (part !== 'all') history.stock?.lost.add(part);
        else history.stock = history.waiting = undefined;
        return removed;
      },
    );
  }),
);

/** From here on Redis could be restored. */
export const dump = fc.constant({}).map((numbers) =>
  step('dump', numbers, async (_, history, product) => {
    history.takeDump();
    await product.agree(
      history,
      () => product.server.meddling.copy(8, ...product.keys, ...product.dumpKeys),
      (answer) => answer,
    );
  }),
);

/** Redis loses its last commands: seen by its run id, or by nobody until a hold is named twice. */
export const restore = fc.record({ isNoticed: fc.boolean() }).map((numbers) =>
  step(
    'restore',
    numbers,
    async ({ isNoticed }, history, product) => {
      const { meddling, redis } = product.server;
      history.restoreDump(isNoticed);
      await product.agree(
        history,
        () => {
          const copied = meddling.copy(8, ...product.dumpKeys, ...product.keys);
          // As if it had been loaded on the server before this one, which no field says for sure.
          return isNoticed ? Promise.all([copied, redis.hdel(product.keys[0]!, 'run')]) : copied;
        },
        (answer) => answer,
      );
    },
    ({ dump }) => dump !== undefined,
  ),
);

/** Somebody has found out that Redis has forgotten something. */
export const distrust = fc.constant({}).map((numbers) =>
  step('distrust', numbers, async (_, history, product) => {
    await product.agree(
      history,
      () => product.server.inventory.distrust([product.id]),
      () => {
        if (history.stock) history.stock.trusted = false;
        return undefined;
      },
    );
  }),
);

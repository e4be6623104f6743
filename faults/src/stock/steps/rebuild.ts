import fc from 'fast-check';
import type { History } from '../model/history.js';
import type { ProductUnderTest } from '../product-under-test.js';
import type { Rebuild } from '../rebuild.js';
import { often, step } from './step.js';

const MOST_AT_ONCE = 2;

/** A rebuild raises the epoch and reads what PostgreSQL knows; others may be under way. */
export const beginRebuild = fc
  .record({
    /** Of the placed orders, by bits: never placed after all. */
    abandoned: often(0, 1, 2, 5, 0xff),
    takenBack: often(0, 1, 3),
  })
  .map((numbers) =>
    step('beginRebuild', numbers, async ({ abandoned, takenBack }, history, product) => {
      if (product.rebuilds.length >= MOST_AT_ONCE) return;
      [...history.placed.keys()].forEach((orderId, index) => {
        if ((abandoned >> index) & 1) history.placed.delete(orderId);
      });
      await begin(history, product, takenBack);
    }),
  );

const whichRebuild = fc.nat(MOST_AT_ONCE - 1);

/** A rebuild sends its next script, once or again. */
export const proceed = fc.record({ which: whichRebuild, times: often(1, 2) }).map((numbers) =>
  step('proceed', numbers, async ({ which, times }, history, product) => {
    const rebuild = product.rebuilds[which % product.rebuilds.length];
    if (rebuild) await proceedWith(rebuild, history, product, times);
  }),
);

/** What a rebuild has staged is gone, or it never goes on. */
export const interrupt = fc
  .record({ which: whichRebuild, how: fc.constantFrom('it dies', 'its staging is lost') })
  .map((numbers) =>
    step('interrupt', numbers, async ({ which, how }, history, product) => {
      const rebuild = product.rebuilds[which % product.rebuilds.length];
      if (!rebuild) return;
      if (how === 'it dies') return product.abandon(rebuild);
      while (rebuild.next === 'stage') await proceedWith(rebuild, history, product, 1);
      await loseStaging(rebuild, history, product);
    }),
  );

/** A rebuild from begin to end, so that histories go on after it. */
export const rebuildWhole = fc
  .constant({})
  .map((numbers) => step('rebuildWhole', numbers, (_, history, product) => rebuildFully(history, product)));

/** Reads what PostgreSQL knows, and loads it, whatever other rebuild is under way. */
export async function rebuildFully(history: History, product: ProductUnderTest): Promise<void> {
  const rebuild = await begin(history, product, 0);
  while (product.rebuilds.includes(rebuild)) await proceedWith(rebuild, history, product, 1);
}

async function begin(history: History, product: ProductUnderTest, takenBack: number): Promise<Rebuild> {
  history.epoch += 1;
  if (takenBack > 0) takeBack(history, takenBack);
  const { epoch, settings, aheadMs } = history;
  const entries = new Map([...history.placed].map(([orderId, entry]) => [orderId, { ...entry }]));
  return product.rebuild({ epoch, settings, entries, isComplete: true }, aheadMs);
}

/** The seller takes units back: never those that are held or sold, as far as PostgreSQL knows. */
function takeBack(history: History, units: number): void {
  const { settings, placed } = history;
  let taken = 0;
  for (const { state, quantity } of placed.values()) if (state !== 'ended') taken += quantity;
  const total = Math.max(settings.total - units, taken);
  if (total >= settings.total) return;
  history.settings = { ...settings, version: settings.version + 1, total };
  history.sentSettings.push({ epoch: history.epoch, settings: history.settings });
}

async function proceedWith(rebuild: Rebuild, history: History, product: ProductUnderTest, times: number) {
  const isLast = rebuild.next === 'publish';
  await product.agree(
    history,
    async () => {
      await rebuild.proceed(times);
      return isLast ? rebuild.ended : undefined;
    },
    () => {
      if (!isLast) return undefined;
      product.ended(rebuild);
      const wanted = history.publish(rebuild.loading);
      return times === 1 ? wanted : history.publish(rebuild.loading);
    },
  );
}

async function loseStaging({ loading }: Rebuild, history: History, product: ProductUnderTest): Promise<void> {
  if (loading.entries.size > 0) loading.isComplete = false;
  const staging = [product.keys[1], product.keys[2]].map((key) => `${key}:${loading.epoch}`);
  await product.agree(
    history,
    () => product.server.redis.unlink(...staging),
    (removed) => removed,
  );
}

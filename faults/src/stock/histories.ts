import fc from 'fast-check';
import { History } from './model/history.js';
import { ProductUnderTest } from './product-under-test.js';
import type { StockServer } from './redis/stock-server.js';
import { affect } from './steps/affect.js';
import { ask } from './steps/ask.js';
import { look } from './steps/look.js';
import { distrust, dump, lose, passTime, restore } from './steps/mishaps.js';
import { beginRebuild, interrupt, proceed, rebuildFully, rebuildWhole } from './steps/rebuild.js';
import { change, settingsOf, tellChange } from './steps/settings.js';
import type { Step } from './steps/step.js';

/** Steps to a history: few enough to be understood, enough for everything to meet everything. */
const MOST_STEPS = 18;
const START = { opensIn: 0, closesIn: null, holdMinutes: 10, paused: false };

/**
 * Buying more often than anything else, and a rebuild more often than what makes one necessary: nothing can happen to a
 * product that stays COLD.
 */
const steps = [
  { weight: 8, arbitrary: ask },
  { weight: 8, arbitrary: affect },
  { weight: 2, arbitrary: fc.oneof(change, tellChange) },
  { weight: 4, arbitrary: fc.oneof(beginRebuild, proceed, proceed, interrupt) },
  { weight: 2, arbitrary: rebuildWhole },
  { weight: 2, arbitrary: fc.oneof(dump, passTime, look) },
  { weight: 1, arbitrary: fc.oneof(lose, restore, restore, distrust) },
].flatMap(({ weight, arbitrary }) => Array.from({ length: weight }, () => arbitrary));

/** @param replayPath of a failure's steps, as fast-check told it. */
export const histories = (replayPath?: string) =>
  fc.tuple(
    fc.integer({ min: 1, max: 8 }),
    fc.integer({ min: 1, max: 6 }),
    fc.commands(steps, {
      maxCommands: MOST_STEPS,
      size: 'max',
      ...(replayPath !== undefined && { replayPath }),
    }),
  );

/** Has a history happen to a product of its own. @throws Error when the model does not agree */
export async function happen(
  server: StockServer,
  total: number,
  limit: number,
  commands: Iterable<Step>,
): Promise<void> {
  const product = new ProductUnderTest(server);
  const settings = settingsOf({ ...START, limit }, Date.now(), 1, total);
  async function setup() {
    const history = new History(settings);
    await rebuildFully(history, product);
    return { model: history, real: product };
  }
  try {
    await fc.asyncModelRun(setup, commands);
  } finally {
    await product.remove();
  }
}

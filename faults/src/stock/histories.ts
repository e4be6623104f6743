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
const MOST_STEPS = 16;
const START = { opensIn: 0, closesIn: null, holdMinutes: 10, paused: false };

/** How often each is done, beside the others: buying more often than anything else. */
const often: [times: number, steps: fc.Arbitrary<Step>[]][] = [
  [5, [ask]],
  [3, [affect]],
  [2, [proceed]],
  [1, [change, tellChange, beginRebuild, interrupt, rebuildWhole]],
  [1, [passTime, lose, dump, restore, distrust, look]],
];
const steps = often.flatMap(([times, steps]) => Array.from({ length: times }, () => steps).flat());

/** @param replayPath of a failure's steps, as fast-check told it. */
export const histories = (replayPath?: string) =>
  fc.tuple(
    fc.integer({ min: 1, max: 8 }),
    fc.integer({ min: 1, max: 4 }),
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

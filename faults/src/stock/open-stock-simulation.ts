import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import type { Disagreement, OpenSimulation, RunOptions, Simulation } from '../simulation/simulation.js';
import { happen, histories } from './histories.js';
import { openStockServer, type StockServer } from './redis/stock-server.js';

/** Histories that happen side by side, so that their commands share round trips. */
const LANES = 64;
/** Histories of one seed. Few, so that the end is never far. */
const BATCH = 5;
/** Odd: the batches of a seed have seeds that differ, and those of its neighbour others. */
const STRIDE = 0x9e3779b1;
const SEEDS = 0x7fffffff;

/**
 * Random histories of `@stampede/shared/inventory`, the real scripts on a real Redis, each of a product of its own. After
 * every step the answer, the three hashes and the settings that wait are what the model says, and the sums are right.
 */
export const openStockSimulation: OpenSimulation = async ({ redisUrl }): Promise<Simulation> => {
  const server = openStockServer(redisUrl, `simulated-${randomBytes(6).toString('hex')}`);
  return {
    run: (options) =>
      options.path === undefined ? runAll(server, options) : runOne(server, options, options.path),
    close: server.close,
  };
};

async function runAll(server: StockServer, options: RunOptions): Promise<Disagreement | undefined> {
  let batch = 0;
  let found: Disagreement | undefined;
  async function lane(): Promise<void> {
    while (!options.signal.aborted && !found) {
      const seed = (options.seed + Math.imul(batch++, STRIDE)) & SEEDS;
      const disagreement = await check(server, { seed, numRuns: BATCH });
      found ??= disagreement;
      if (!disagreement) options.onTried(BATCH);
    }
  }
  await Promise.all(Array.from({ length: LANES }, lane));
  return found;
}

async function runOne(server: StockServer, { seed, onTried }: RunOptions, path: string) {
  const [valuePath = '', replayPath] = path.split('@');
  onTried(1);
  return check(server, { seed, path: valuePath, numRuns: 1, endOnFailure: true }, replayPath);
}

async function check(
  server: StockServer,
  parameters: fc.Parameters<[[number, number, Iterable<never>]]> & { seed: number },
  replayPath?: string,
): Promise<Disagreement | undefined> {
  const property = fc.asyncProperty(histories(replayPath), ([total, limit, steps]) =>
    happen(server, total, limit, steps),
  );
  const details = await fc.check(property, {
    ...parameters,
    includeErrorInReport: true,
  } as fc.Parameters<unknown>);
  if (!details.failed) return undefined;
  const report = await fc.asyncDefaultReportMessage(details);
  const replay = /replayPath="([^"]+)"/.exec(report ?? '')?.[1];
  return {
    seed: parameters.seed,
    path: [details.counterexamplePath, replay].filter(Boolean).join('@'),
    report: report ?? 'no report',
  };
}

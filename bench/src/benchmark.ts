import type { BenchArguments } from './arguments.js';
import type { readBenchEnv } from './env.js';
import { measureFlashSale } from './flash-sale/scenario.js';
import { measureHoldEnd } from './hold-end/scenario.js';
import { measureLiveViewers } from './live-viewers/scenario.js';
import { measureOverload } from './overload/scenario.js';
import { measurePaidOrders } from './paid-orders/scenario.js';
import { openPlatform } from './platform.js';
import { measureRedisLoss } from './redis-loss/scenario.js';
import { openProgress } from './report/progress.js';
import { writeResults } from './report/results.js';
import type { Outcome, Stage } from './scenario.js';
import { measureStockReads } from './stock-reads/scenario.js';

/** Measures, prints, and writes the results. @returns whether everything that must be so is so */
export async function benchmark(
  args: BenchArguments,
  env: ReturnType<typeof readBenchEnv>,
): Promise<boolean> {
  const progress = openProgress();
  const print = (text: string) => {
    progress.clear();
    process.stdout.write(`${text}\n`);
  };
  const closing: (() => Promise<unknown>)[] = [];
  const closeLater = (close: () => Promise<unknown>) => void closing.push(close);
  try {
    const platform = openPlatform(env, progress, closeLater);
    const outcome = await measure(args, { platform, progress, print, closeLater });
    const file = await writeResults(env.RESULTS_FOLDER, args, outcome);
    print(`\n${outcome.good ? 'Everything holds' : 'SOMETHING IS BROKEN'}. Written to ${file}`);
    return outcome.good;
  } finally {
    progress.clear();
    for (const close of closing.toReversed()) await close();
  }
}

function measure(args: BenchArguments, stage: Stage): Promise<Outcome> {
  if (args.scenario === 'flash-sale') return measureFlashSale(args, stage);
  if (args.scenario === 'hold-end') return measureHoldEnd(args, stage);
  if (args.scenario === 'live-viewers') return measureLiveViewers(args, stage);
  if (args.scenario === 'overload') return measureOverload(args, stage);
  if (args.scenario === 'paid-orders') return measurePaidOrders(args, stage);
  if (args.scenario === 'redis-loss') return measureRedisLoss(args, stage);
  return measureStockReads(args, stage);
}

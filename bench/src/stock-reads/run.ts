import { settle, type Settled } from '../judging/settle.js';
import type { Judged } from '../judging/check.js';
import type { Tally } from '../checkouts/checkouts.js';
import { usedBy } from '../measure/cost.js';
import { countFrom, percentilesOfHistogram } from '../measure/histogram.js';
import type { Percentiles } from '../measure/percentiles.js';
import { countWrong, readAllBooks } from './books.js';
import { judge } from './judge.js';
import type { StockReadsOptions, StockReadsParts } from './parts.js';

/** So long of reading, as it is written to the results. Times are milliseconds. */
export interface StockReadsRun extends Settled, Judged {
  products: number;
  reads: number;
  seconds: number;
  perMinute: number;
  /** From each request on the wire to its answer. */
  times: Percentiles | null;
  shareUnderOneSecond: number;
  /** How old what was told was as it came: by `asOf`, and this machine's clock. */
  ages: Percentiles | null;
  failures: Record<string, number>;
  checkouts: Tally;
  cpu: Record<string, { seconds: number; microsecondsPerRead: number } | null>;
  readInTheEnd: number;
  wrongInTheEnd: number;
  monotonicMicroseconds: [number, number];
}

const SECOND_MS = 1_000;

export async function runStockReads(
  parts: StockReadsParts,
  options: StockReadsOptions,
): Promise<StockReadsRun> {
  const { productIds: ids, reader, checkouts } = parts;
  const { seconds, progress } = options;
  progress('reading each once', 0, 1);
  // Every product is warm then, and every caller's token is known.
  await reader.sweep(ids);

  const anyProduct = () => ids[Math.floor(Math.random() * ids.length)]!;
  const onProgress = (reads: number) => progress(`reading for ${seconds} s`, reads, 0);
  const { result, used } = await usedBy(parts.processes, () =>
    Promise.all([
      reader.run({ ids, seconds }, onProgress),
      checkouts.run({ perSecond: options.checkouts, seconds }, anyProduct, () => undefined),
    ]),
  );
  const [{ reads, times, ages, failures, ...read }, tally] = result;
  const slow = countFrom(times, SECOND_MS);

  progress('checking', 0, 1);
  const settled = await settle(
    parts,
    () => readTheEnd(parts),
    (found) =>
      judge({
        ...found,
        products: ids.length,
        reads,
        slow,
        failures,
        wantedCheckouts: options.checkouts * seconds,
        orders: tally.orders,
        otherAnswers: tally.others,
      }),
  );
  const cpu = Object.entries(used.cpuSeconds).map(([name, seconds]) => [
    name,
    seconds === null ? null : { seconds, microsecondsPerRead: (seconds / reads) * 1e6 },
  ]);
  return {
    products: ids.length,
    reads,
    seconds: read.seconds,
    perMinute: (reads / read.seconds) * 60,
    times: percentilesOfHistogram(times),
    shareUnderOneSecond: (reads - slow) / reads,
    ages: percentilesOfHistogram(ages),
    failures,
    checkouts: tally,
    cpu: Object.fromEntries(cpu) as StockReadsRun['cpu'],
    ...settled,
    monotonicMicroseconds: used.monotonicMicroseconds,
  };
}

/** Every product, read once more when nothing is under way, against the books. */
async function readTheEnd(parts: StockReadsParts) {
  const books = await readAllBooks(parts);
  const reads = await parts.reader.sweep(parts.productIds);
  return { readInTheEnd: reads.length, wrongInTheEnd: countWrong(reads, books) };
}

import { describeJudged } from '../report/judged.js';
import type { Figure } from '../report/spread.js';
import { figures as timesOf, table, whole } from '../report/table.js';
import type { StockReadsRun } from './run.js';

/** What others have published of such reads, and what is to be beaten. */
const REFERENCE = { perMinute: 270_000, shareUnderOneSecond: 0.99 };

/** What several runs are compared by. */
export const figures: Figure<StockReadsRun>[] = [
  ['reads a minute', (run) => run.perMinute],
  ['read, p50 ms', (run) => run.times?.p50],
  ['read, p99 ms', (run) => run.times?.p99],
  ['age of what was told, p99 ms', (run) => run.ages?.p99],
  ['the gateway’s CPU per read, µs', (run) => run.cpu.gateway?.microsecondsPerRead],
];

/** One run for a person to read. */
export function describeRun(run: StockReadsRun): string {
  const percent = (share: number) => `${(share * 100).toFixed(2)} %`;
  return [
    table(
      ['reads', 'a minute', 'under 1 s'],
      [
        ['measured', whole(run.perMinute), percent(run.shareUnderOneSecond)],
        ['the reference to beat', whole(REFERENCE.perMinute), percent(REFERENCE.shareUnderOneSecond)],
      ],
    ),
    `${whole(run.reads)} reads in ${run.seconds.toFixed(1)} s: ${(run.perMinute / REFERENCE.perMinute).toFixed(1)} times the reference`,
    '',
    table(
      ['ms', 'p50', 'p99', 'max'],
      [
        ['request → answer', ...timesOf(run.times)],
        ['age of what was told (asOf)', ...timesOf(run.ages)],
      ],
    ),
    `Meanwhile ${whole(run.checkouts.orders)} checkouts (${run.checkouts.perSecond.toFixed(1)} a second)`,
    '',
    table(
      ['CPU while reading', 'seconds', 'µs a read'],
      Object.entries(run.cpu).map(([name, used]) => [
        name,
        used ? used.seconds.toFixed(2) : 'unknown',
        used ? whole(used.microsecondsPerRead) : 'unknown',
      ]),
    ),
    '',
    describeJudged(run),
    ...Object.entries(run.failures).map(([beginning, count]) => `  ! ${whole(count)}× ${beginning}`),
  ].join('\n');
}

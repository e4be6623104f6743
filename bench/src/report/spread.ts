import type { FlashSaleRun } from '../flash-sale/run.js';
import { median } from '../measure/percentiles.js';
import { table, whole } from './table.js';

/** The middle and the ends of what several runs measured. */
export function describeSpread(runs: FlashSaleRun[]): string {
  const all = (run: FlashSaleRun) => run.outcomes.at(-1);
  const rows: [string, (run: FlashSaleRun) => number | null | undefined][] = [
    ['decisions/s', (run) => run.decisionsPerSecond],
    ['checkout since the opening, p50 ms', (run) => all(run)?.sinceOpening?.p50],
    ['checkout since the opening, p99 ms', (run) => all(run)?.sinceOpening?.p99],
    ['checkout service time, p99 ms', (run) => all(run)?.service?.p99],
    ['sold out, ms', (run) => run.soldOutMs.byAnswers],
    ['last CONFIRMED, ms', (run) => run.lastConfirmedMs],
  ];
  return table(
    [`${runs.length} runs`, 'median', 'least', 'most'],
    rows.flatMap(([name, read]) => {
      const values = runs.map(read).filter((value) => typeof value === 'number');
      if (values.length === 0) return [];
      return [[name, ...[median(values), Math.min(...values), Math.max(...values)].map(whole)]];
    }),
  );
}

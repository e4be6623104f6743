import { median } from '../measure/percentiles.js';
import { table, whole } from './table.js';

/** A figure that each run has, or has not. */
export type Figure<Run> = [name: string, read: (run: Run) => number | null | undefined];

/** The middle and the ends of what several runs measured. */
export function describeSpread<Run>(runs: Run[], figures: Figure<Run>[]): string {
  return table(
    [`${runs.length} runs`, 'median', 'least', 'most'],
    figures.flatMap(([name, read]) => {
      const values = runs.map(read).filter((value) => typeof value === 'number');
      if (values.length === 0) return [];
      return [[name, ...[median(values), Math.min(...values), Math.max(...values)].map(whole)]];
    }),
  );
}

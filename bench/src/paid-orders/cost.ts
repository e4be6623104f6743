import type { Used } from '../measure/cost.js';

/** What was used, and of that for each order. */
export interface Cost {
  /** By process; null where it cannot be told. */
  cpu: Record<string, { seconds: number; millisecondsPerOrder: number } | null>;
  /** Transactions that PostgreSQL committed, reads among them. */
  commitsPerOrder: number;
}

/** @param done orders; of none, everything is told for one */
export function costOf({ cpuSeconds }: Pick<Used, 'cpuSeconds'>, commits: number, done: number): Cost {
  const orders = Math.max(1, done);
  const cpu = Object.entries(cpuSeconds).map(([name, seconds]) => [
    name,
    seconds === null ? null : { seconds, millisecondsPerOrder: (seconds / orders) * 1_000 },
  ]);
  return { cpu: Object.fromEntries(cpu) as Cost['cpu'], commitsPerOrder: commits / orders };
}

/** Of all processes together; those that cannot be told are left out. */
export const millisecondsPerOrder = ({ cpu }: Cost): number =>
  Object.values(cpu).reduce((sum, used) => sum + (used?.millisecondsPerOrder ?? 0), 0);

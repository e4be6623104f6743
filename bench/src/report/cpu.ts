import { table } from './table.js';

/** What each process used; unknown where the system does not say. */
export const cpuTable = (cpuSeconds: Record<string, number | null>): string =>
  table(
    ['CPU', 'seconds'],
    Object.entries(cpuSeconds).map(([name, used]) => [name, used === null ? 'unknown' : used.toFixed(2)]),
  );

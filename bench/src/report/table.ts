import type { Percentiles } from '../measure/percentiles.js';

/** The middle, the worst of a hundred, and the worst. */
export const figures = (times: Percentiles | null): string[] =>
  times ? [times.p50, times.p99, times.max].map(whole) : ['–', '–', '–'];

export const whole = (value: number): string => Math.round(value).toLocaleString('en-US');

/** The first column to the left, the others to the right. */
export function table(head: string[], rows: string[][]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: string[]) =>
    cells
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd();
  return [line(head), '─'.repeat(widths.reduce((sum, width) => sum + width + 2, -2)), ...rows.map(line)].join(
    '\n',
  );
}

import { cpuTable } from '../report/cpu.js';
import { describeJudged } from '../report/judged.js';
import type { Figure } from '../report/spread.js';
import { figures as timesOf, table, whole } from '../report/table.js';
import type { Delays } from './delays.js';
import type { HoldEndRun } from './run.js';

/** What several runs are compared by. */
export const figures: Figure<HoldEndRun>[] = [
  ['payBy to its buyer, p50 ms', ({ toBuyer }) => toBuyer.times?.p50],
  ['payBy to its buyer, p99 ms', ({ toBuyer }) => toBuyer.times?.p99],
  ['payBy to a viewer, p50 ms', ({ toViewer }) => toViewer.times?.p50],
  ['payBy to a viewer, p99 ms', ({ toViewer }) => toViewer.times?.p99],
];

/** One run for a person to read. */
export function describeRun(run: HoldEndRun): string {
  return [
    table(
      ['payBy → frame, ms', 'p50', 'p99', 'max', 'a second or more', 'never'],
      [row('its buyer sees EXPIRED', run.toBuyer), row('a viewer sees its unit again', run.toViewer)],
    ),
    `The viewer was shown ${whole(run.frames)} frames`,
    '',
    cpuTable(run.cpuSeconds),
    '',
    describeJudged(run),
  ].join('\n');
}

const row = (name: string, { times, slow, missed }: Delays): string[] => [
  name,
  ...timesOf(times),
  whole(slow),
  whole(missed),
];

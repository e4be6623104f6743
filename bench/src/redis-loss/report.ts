import { cpuTable } from '../report/cpu.js';
import { describeJudged } from '../report/judged.js';
import type { Figure } from '../report/spread.js';
import { figures as timesOf, table, whole } from '../report/table.js';
import type { RedisLossRun } from './run.js';

/** What several runs are compared by. */
export const figures: Figure<RedisLossRun>[] = [
  ['until the first decision, ms', ({ aftermath }) => aftermath.firstDecisionMs],
  ['until the first order, ms', ({ aftermath }) => aftermath.firstOrderMs],
  ['until the product stands, ms', ({ rebuiltMs }) => rebuiltMs],
  ['until the last refusal, ms', ({ aftermath }) => aftermath.lastRefusalMs],
  ['decisions after it, p99 ms', ({ aftermath }) => aftermath.decisions?.p99],
];

/** One run for a person to read. */
export function describeRun(run: RedisLossRun): string {
  const { aftermath } = run;
  const ms = (value: number | null) => (value === null ? 'never' : whole(value));
  return [
    table(
      ['after the loss', 'ms'],
      [
        ['the first decision', ms(aftermath.firstDecisionMs)],
        ['the first order', ms(aftermath.firstOrderMs)],
        ['the product stands, whole', ms(run.rebuiltMs)],
        ['the last refusal', aftermath.lastRefusalMs === 0 ? 'none' : whole(aftermath.lastRefusalMs)],
      ],
    ),
    '',
    table(
      ['press → decision, ms', 'p50', 'p99', 'max'],
      [[`${whole(aftermath.pressedAfter)} presses after it`, ...timesOf(aftermath.decisions)]],
    ),
    Object.entries(aftermath.outcomes)
      .map(([outcome, count]) => `${whole(count)} ${outcome}`)
      .join(', '),
    '',
    cpuTable(run.cpuSeconds),
    '',
    describeJudged(run),
    ...Object.entries(run.stray).map(([name, count]) => `  ! ${whole(count)}× ${name}`),
  ].join('\n');
}

import { describeJudged } from '../report/judged.js';
import type { Figure } from '../report/spread.js';
import { figures as timesOf, table, whole } from '../report/table.js';
import type { BurstFigures } from './burst.js';
import { millisecondsPerOrder, type Cost } from './cost.js';
import type { LoopFigures } from './loop.js';
import type { PaidOrdersRun } from './run.js';

/** What others have published of such approvals, and what is to be beaten. */
const REFERENCE = { approvalsPerSecond: 500, ms: 500 };

/** What several runs are compared by. */
export const figures: Figure<PaidOrdersRun>[] = [
  ['orders/s', ({ loop }) => loop?.perSecond],
  ['approvePayment, p99 ms', ({ loop }) => loop?.approve?.p99],
  ['approved to CONFIRMED, p99 ms', ({ loop }) => loop?.approvedToConfirmed?.p99],
  ['burst: approvals/s', ({ burst }) => burst?.perSecond],
  ['burst: approvePayment, p99 ms', ({ burst }) => burst?.approve?.p99],
  ['burst: all CONFIRMED, ms', ({ burst }) => burst?.allConfirmedMs],
  ['CPU an order, µs', ({ loop }) => loop && millisecondsPerOrder(loop.cost) * 1_000],
];

/** One run for a person to read. */
export function describeRun(run: PaidOrdersRun): string {
  const { loop, burst } = run;
  return [
    ...(loop ? [describeLoop(loop), '', describeCost('an order', loop.cost), ''] : []),
    ...(burst ? [describeBurst(burst), '', describeCost('an approval to CONFIRMED', burst.cost), ''] : []),
    describeJudged(run),
  ].join('\n');
}

const describeLoop = (loop: LoopFigures): string =>
  [
    `${whole(loop.perSecond)} orders/s: ${whole(loop.orders)} from checkout to CONFIRMED in ${loop.seconds} s`,
    '',
    table(
      ['ms', 'p50', 'p99', 'max'],
      [
        ['approvePayment', ...timesOf(loop.approve)],
        ['approved → CONFIRMED', ...timesOf(loop.approvedToConfirmed)],
        ['checkout → CONFIRMED', ...timesOf(loop.checkoutToConfirmed)],
      ],
    ),
  ].join('\n');

const describeBurst = (burst: BurstFigures): string =>
  [
    `${whole(burst.perSecond)} approvals/s: ${whole(burst.approvals)} who came back at once, in ${burst.seconds.toFixed(2)} s (the reference to beat: ${REFERENCE.approvalsPerSecond} a second, ${REFERENCE.ms} ms)`,
    '',
    table(
      ['burst, ms', 'p50', 'p99', 'max'],
      [
        ['approvePayment', ...timesOf(burst.approve)],
        ['  since all came back', ...timesOf(burst.sinceBegin)],
        ['approved → CONFIRMED', ...timesOf(burst.approvedToConfirmed)],
      ],
    ),
    `All CONFIRMED after ${burst.allConfirmedMs === null ? '–' : whole(burst.allConfirmedMs)} ms`,
  ].join('\n');

function describeCost(what: string, cost: Cost): string {
  const rows = Object.entries(cost.cpu).map(([name, used]) => [
    name,
    used ? used.seconds.toFixed(2) : 'unknown',
    used ? used.millisecondsPerOrder.toFixed(2) : 'unknown',
  ]);
  return [
    table(
      [`CPU of ${what}`, 'seconds', 'ms each'],
      [...rows, ['all', '', millisecondsPerOrder(cost).toFixed(2)]],
    ),
    `${cost.commitsPerOrder.toFixed(1)} transactions each`,
  ].join('\n');
}

import { describeJudged } from '../report/judged.js';
import type { Figure } from '../report/spread.js';
import { figures as timesOf, table, whole } from '../report/table.js';
import type { Met } from './phase.js';
import type { OverloadRun } from './run.js';
import { thirdsOf } from './watch-processes.js';

/** What several runs are compared by. */
export const figures: Figure<OverloadRun>[] = [
  ['full load: decisions/s', ({ fullLoad }) => fullLoad.met.served],
  ['full load: p99 ms', ({ fullLoad }) => fullLoad.met.servedTimes?.p99],
  ['overload: decisions/s', ({ overload }) => overload.served],
  ['overload: p99 ms', ({ overload }) => overload.servedTimes?.p99],
  ['overload: refusal, p99 ms', ({ overload }) => overload.refusedTimes?.p99],
  ['floods: decisions/s', ({ flood }) => flood.checkouts.served],
  ['floods: p99 ms', ({ flood }) => flood.checkouts.servedTimes?.p99],
  ['as before after, ms', (run) => run.recoveredAfterMs],
];

/** One run for a person to read. */
export function describeRun(run: OverloadRun): string {
  const { fullLoad, overload, flood, recovery, reachable } = run;
  return [
    table(
      [
        'a second',
        'came',
        'served',
        'of what is left',
        'p50 ms',
        'p99',
        'max',
        'refused',
        'p50 ms',
        'p99',
        'max',
      ],
      [
        ...run.steps.map(({ atATime, met }) => row(`${atATime} buyers at a time`, met)),
        row('overload, its beginning', run.onset),
        row('overload', overload, reachable.overload),
        row('after it', recovery),
        row('floods: checkouts', flood.checkouts, reachable.flood),
        row('floods: reads', flood.reads),
        row('floods: sign-ins', flood.signIns),
      ],
    ),
    `Full load is ${fullLoad.atATime} buyers at a time. After the overload, all was as at full load within ${whole(run.recoveredAfterMs)} ms`,
    '',
    table(
      ['overload', 'CPU seconds', 'MiB, first third', 'second', 'last'],
      Object.entries(run.cpuSeconds).map(([name, used]) => [
        name,
        used === null ? 'unknown' : used.toFixed(2),
        ...thirdsOf(run.memory.resident[name] ?? []).map((bytes) => whole(bytes / 2 ** 20)),
      ]),
    ),
    '',
    describeJudged(run),
    ...run.growing.map((name) => `  ! ${name} grew`),
    ...Object.entries(run.stray).map(([name, count]) => `  ! ${whole(count)}× ${name}`),
  ].join('\n');
}

const row = (name: string, met: Met, reachable?: number): string[] => [
  name,
  whole(met.came),
  whole(met.served),
  reachable === undefined ? '' : `${whole((100 * met.served) / reachable)} %`,
  ...timesOf(met.servedTimes),
  whole(met.refused),
  ...timesOf(met.refusedTimes),
];

import { describeJudged } from '../report/judged.js';
import type { Figure } from '../report/spread.js';
import { figures as timesOf, table, whole } from '../report/table.js';
import type { LiveViewersRun } from './run.js';
import { SHOWN_WITHIN_MS, type Step } from './search.js';
import type { ShownChanges } from './show-changes.js';
import type { Arrival } from './viewers/arrivals.js';

/** What several runs are compared by. */
export const figures: Figure<LiveViewersRun>[] = [
  ['all have come, ms', ({ connecting }) => connecting.allMs],
  ['answer to each frame, p50 ms', ({ watching }) => watching.toEach?.p50],
  ['answer to each frame, p99 ms', ({ watching }) => watching.toEach?.p99],
  ['answer to the last viewer’s frame, p50 ms', ({ watching }) => watching.toLast?.p50],
  ['answer to the last viewer’s frame, p99 ms', ({ watching }) => watching.toLast?.p99],
  ['all are back after the storm, ms', ({ storm }) => storm.allMs],
  ['the gateway’s memory per viewer, bytes', ({ bytesPerViewer }) => bytesPerViewer],
  ['most changes a second', ({ search }) => search?.mostPerSecond],
];

/** One run for a person to read. */
export function describeRun(run: LiveViewersRun): string {
  return [
    table(
      ['the crowd', 'viewers', 'all, ms', 'each p50', 'p99', 'max', 'failures'],
      [arrival('came', run.connecting), arrival('came back, all at once', run.storm)],
    ),
    '',
    table(
      ['answer → frame, ms', 'changes', 'each p50', 'p99', 'max', 'last p50', 'p99', 'max'],
      [shown(`${run.watching.perSecond.toFixed(1)} a second`, run.watching)],
    ),
    mergedOf(run),
    ...(run.search ? ['', searchOf(run.search)] : []),
    '',
    memoryOf(run),
    '',
    cpuOf(run),
    '',
    describeJudged(run),
    ...[run.connecting, run.storm].flatMap(({ failures }) =>
      Object.entries(failures).map(([reason, count]) => `  ! ${whole(count)}× ${reason}`),
    ),
  ].join('\n');
}

const arrival = (name: string, { arrived, allMs, each, failures }: Arrival): string[] => [
  name,
  whole(arrived),
  whole(allMs),
  ...timesOf(each),
  whole(Object.values(failures).reduce((total, count) => total + count, 0)),
];

const shown = (name: string, { changes, toEach, toLast }: ShownChanges): string[] => [
  name,
  whole(changes),
  ...timesOf(toEach),
  ...timesOf(toLast),
];

function mergedOf({ watching }: LiveViewersRun): string {
  const { events, conflated, bytes } = watching.cost.gateway;
  return `${watching.framesPerViewer.toFixed(1)} frames a viewer; the gateway executed ${whole(events)} values, wrote ${whole(bytes)} bytes, left out ${whole(conflated)} for slow readers`;
}

function searchOf({ mostPerSecond, steps }: { mostPerSecond: number | null; steps: Step[] }): string {
  const rows = steps.map((step) => [
    `${step.holds ? '✓' : '✗'} ${whole(step.wantedPerSecond)}`,
    step.perSecond.toFixed(1),
    ...timesOf(step.toEach),
    ...timesOf(step.toLast),
    (step.framesPerViewer / Math.max(1, step.changes)).toFixed(2),
    whole(step.missed),
  ]);
  return [
    table(
      [
        'changes a second',
        'reached',
        'each p50',
        'p99',
        'max',
        'last p50',
        'p99',
        'max',
        'frames a change',
        'missed',
      ],
      rows,
    ),
    `Most with 99 of 100 shown within ${SHOWN_WITHIN_MS} ms: ${mostPerSecond === null ? 'none' : whole(mostPerSecond)} a second`,
  ].join('\n');
}

function memoryOf({ memory, bytesPerViewer }: LiveViewersRun): string {
  const mega = (bytes: number | null) => (bytes === null ? 'unknown' : (bytes / 1e6).toFixed(1));
  const row = (name: string, { resident, heap, external }: LiveViewersRun['memory']['before']) => [
    name,
    mega(resident),
    mega(heap),
    mega(external),
  ];
  return [
    table(
      ['the gateway’s memory, MB', 'resident', 'heap', 'buffers'],
      [
        row('before anybody came', memory.before),
        row('when all had come', memory.connected),
        row('after the changes', memory.watched),
        row('after the storm', memory.afterStorm),
      ],
    ),
    `${bytesPerViewer === null ? 'unknown' : whole(bytesPerViewer)} bytes a viewer`,
  ].join('\n');
}

function cpuOf({ connecting, watching, storm }: LiveViewersRun): string {
  const seconds = (value: number | null | undefined) =>
    typeof value === 'number' ? value.toFixed(2) : 'unknown';
  const perChange = (value: number | null | undefined) =>
    typeof value === 'number' ? ((value * 1_000) / Math.max(1, watching.changes)).toFixed(1) : 'unknown';
  const share = (value: number | null | undefined) =>
    typeof value === 'number' ? `${whole((value / watching.cost.seconds) * 100)} %` : 'unknown';
  return table(
    ['CPU', 'coming, s', 'changes, s', 'of a core', 'ms a change', 'storm, s'],
    Object.keys(watching.cost.cpuSeconds).map((name) => [
      name,
      seconds(connecting.cost.cpuSeconds[name]),
      seconds(watching.cost.cpuSeconds[name]),
      share(watching.cost.cpuSeconds[name]),
      perChange(watching.cost.cpuSeconds[name]),
      seconds(storm.cost.cpuSeconds[name]),
    ]),
  );
}

import { fileURLToPath } from 'node:url';
import { spawnChild } from '../../child/spawn-child.js';
import { mergeHistograms } from '../../measure/histogram.js';
import type { Change } from '../changes.js';
import { mergeArrivals, mergeFailures, type Arrival } from './arrivals.js';
import type { CrowdWork } from './crowd-process.js';
import type { Shown } from './shown.js';

/** All viewers, divided over processes. */
export interface Crowds {
  pids: number[];
  open(url: URL, query: string): Promise<void>;
  connect(onProgress: (arrived: number) => void): Promise<Arrival>;
  storm(onProgress: (arrived: number) => void): Promise<Arrival>;
  clear(): Promise<void>;
  untilShown(available: number, withinMs: number): Promise<number>;
  compare(changes: Change[]): Promise<Shown>;
  showing(available: number): Promise<number>;
  failures(): Promise<Record<string, number>>;
  close(): Promise<void>;
}

/** One process reads the frames of so many without being what is waited for. */
const VIEWERS_EACH = 5_000;
/** Of all processes together; the storm is all at once. */
const CONNECTING_AT_ONCE = 256;

export async function spawnCrowds(viewers: number): Promise<Crowds> {
  const entry = fileURLToPath(
    new URL('../../../dist/live-viewers/viewers/crowd-process.js', import.meta.url),
  );
  const count = Math.ceil(viewers / VIEWERS_EACH);
  const sizes = Array.from(
    { length: count },
    (_, index) => Math.floor((viewers * (index + 1)) / count) - Math.floor((viewers * index) / count),
  );
  const children = await Promise.all(sizes.map(() => spawnChild<CrowdWork>(entry, 'viewers’ process')));
  type Ones = (typeof children)[number];
  const all = <T>(ask: (child: Ones, index: number) => Promise<T>) => Promise.all(children.map(ask));
  const sum = (numbers: number[]) => numbers.reduce((total, number) => total + number, 0);

  /** Each process tells how far it is; together that is how far all are. */
  function progressOf(onProgress: (arrived: number) => void) {
    const arrived = sizes.map(() => 0);
    return (index: number) => (done: number) => {
      arrived[index] = done;
      onProgress(sum(arrived));
    };
  }

  return {
    pids: children.map(({ pid }) => pid),
    open: async (url, query) => {
      await all((child, index) => child.ask('open', { url: url.href, query, size: sizes[index]! }));
    },
    connect: async (onProgress) => {
      const tell = progressOf(onProgress);
      const atOnce = Math.ceil(CONNECTING_AT_ONCE / count);
      return mergeArrivals(await all((child, index) => child.ask('connect', atOnce, tell(index))));
    },
    storm: async (onProgress) => {
      const tell = progressOf(onProgress);
      return mergeArrivals(await all((child, index) => child.ask('storm', null, tell(index))));
    },
    clear: async () => {
      await all((child) => child.ask('clear', undefined));
    },
    untilShown: async (available, withinMs) =>
      sum(await all((child) => child.ask('untilShown', { available, withinMs }))),
    compare: async (changes) => mergeShown(await all((child) => child.ask('compare', changes))),
    showing: async (available) => sum(await all((child) => child.ask('showing', available))),
    failures: async () => mergeFailures(await all((child) => child.ask('failures', undefined))),
    close: async () => {
      await Promise.all(children.map((child) => child.close()));
    },
  };
}

export function mergeShown(parts: Shown[]): Shown {
  const last = parts[0]!.last.map((_, index) => Math.max(...parts.map((part) => part.last[index]!)));
  return {
    latencies: mergeHistograms(parts.map(({ latencies }) => latencies)),
    last,
    frames: parts.reduce((total, { frames }) => total + frames, 0),
    missed: parts.reduce((total, { missed }) => total + missed, 0),
  };
}

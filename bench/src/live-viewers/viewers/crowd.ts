import { setTimeout as pause } from 'node:timers/promises';
import { monotonicMs } from '../../measure/monotonic.js';
import type { Change } from '../changes.js';
import type { Arrivals } from './arrivals.js';
import { openFrameLog, type Shown } from './shown.js';
import { greet, openViewer, type Viewer } from './viewer.js';

/** Viewers of one product, all in this process. */
export interface Crowd {
  /** Lets the viewers come. @param atOnce how many may be on their way at the same time */
  connect(atOnce: number, onProgress: (arrived: number) => void): Promise<Arrivals>;
  /** Cuts all of them off at the same moment, and lets all of them come back at once. */
  storm(onProgress: (arrived: number) => void): Promise<Arrivals>;
  /** Forgets the frames that came until now. */
  clear(): void;
  /** How many were shown this many units or fewer, waiting for them so many milliseconds at most. */
  untilShown(available: number, withinMs: number): Promise<number>;
  compare(changes: Change[]): Shown;
  /** How many viewers were last shown exactly so many units. */
  showing(available: number): number;
  /** The reasons for which connections have ended since the last arrival. */
  failures(): Record<string, number>;
  /** Ends an arrival that still waits as well. */
  close(): void;
}

/** A viewer who could not connect tries again after it, as clients do. */
const RETRY_MS = 1_000;
const ARRIVE_WITHIN_MS = 60_000;
const LOOK_MS = 20;
const NOTHING = -1;

export function openCrowd(url: URL, query: string, size: number): Crowd {
  const greeting = greet(url, query);
  const viewers: (Viewer | undefined)[] = Array.from({ length: size });
  /** Units that each was shown last. */
  const newest = new Int32Array(size).fill(NOTHING);
  const startedAt = new Float64Array(size);
  const log = openFrameLog();
  const timers = new Set<NodeJS.Timeout>();
  let failures: Record<string, number> = {};
  let closed = false;
  let onFirst: (number: number, at: number) => void = () => undefined;

  function begin(number: number): void {
    viewers[number] = openViewer(greeting, {
      onValue: (available) => {
        const at = monotonicMs();
        log.add(number, available, at);
        const isFirst = newest[number] === NOTHING;
        newest[number] = available;
        if (isFirst) onFirst(number, at);
      },
      onProblem: (reason) => {
        failures[reason] = (failures[reason] ?? 0) + 1;
        newest[number] = NOTHING;
        const timer = setTimeout(() => {
          timers.delete(timer);
          begin(number);
        }, RETRY_MS);
        timers.add(timer);
      },
    });
  }

  async function arrive(atOnce: number, onProgress: (arrived: number) => void): Promise<Arrivals> {
    failures = {};
    const durations: number[] = [];
    const beganAt = monotonicMs();
    let lastAt = beganAt;
    let next = 0;
    const start = () => {
      if (next === size) return;
      startedAt[next] = monotonicMs();
      begin(next++);
    };
    onFirst = (number, at) => {
      durations.push(at - startedAt[number]!);
      lastAt = at;
      start();
    };
    for (let begun = 0; begun < atOnce; begun++) start();
    const deadline = beganAt + ARRIVE_WITHIN_MS;
    while (!closed && durations.length < size && monotonicMs() < deadline) {
      await pause(LOOK_MS);
      onProgress(durations.length);
    }
    onFirst = () => undefined;
    const told = failures;
    failures = {};
    return { beganAt, lastAt, durations, failures: told };
  }

  function cutAll(): void {
    for (const timer of timers) clearTimeout(timer);
    timers.clear();
    for (const viewer of viewers) viewer?.cut();
    newest.fill(NOTHING);
  }

  const showing = (is: (available: number) => boolean) =>
    newest.reduce((sum, available) => sum + Number(available !== NOTHING && is(available)), 0);

  return {
    connect: arrive,
    storm: (onProgress) => {
      cutAll();
      return arrive(size, onProgress);
    },
    clear: log.clear,
    untilShown: async (available, withinMs) => {
      const deadline = monotonicMs() + withinMs;
      const shown = () => showing((newest) => newest <= available);
      while (shown() < size && monotonicMs() < deadline) await pause(LOOK_MS);
      return shown();
    },
    compare: (changes) => log.compare(changes, size),
    showing: (available) => showing((newest) => newest === available),
    failures: () => failures,
    close: () => {
      closed = true;
      cutAll();
    },
  };
}

import type { AdmissionMetrics } from './admission-metrics.js';
import { openLine, type Line, type Patience } from './line.js';
import { Overloaded } from './overloaded.js';

/** Where one request is done, to be left when it has been answered: whose own place it is, or one of the common ones. */
export type Place = number;

const COMMON: Place = -1;

/** One kind of work. */
export interface Kind<K extends string> extends Pick<Patience, 'patienceMs'> {
  name: K;
  /** Places besides the common ones which are for this kind alone, so that no other can shut it out. */
  own: number;
  /** Whether it takes common places, too. What waits for others (a provider, a turn) does not: it would hold them for long. */
  common: boolean;
}

export interface AdmissionOptions<K extends string> {
  /** The most important first: as long as one of them waits, no place that it may have goes to those after it. */
  kinds: readonly Kind<K>[];
  /** Common places: how many are under way at once, whatever they are, before anybody waits. */
  places: number;
  /** Who may wait, of each kind. */
  waiting: number;
  targetMs: number;
  metrics: AdmissionMetrics;
  /** Milliseconds by a clock that never goes back. */
  now?: () => number;
}

/**
 * Lets so much be under way at once, and has the rest wait or come again: a process that takes on more than it can do
 * does all of it late, and in the end nothing in time.
 */
export interface Admission<K extends string> {
  /** A place, if there is one and nobody waits; else there may be one for who waits. This is the hot path. */
  enter(kind: K): Place | undefined;
  /** Waits for a place, as long as there is a chance of one. */
  wait(kind: K): Promise<Place | Overloaded>;
  leave(place: Place): void;
  /** Whether anything is being refused that may have common places: then there is nothing left for what has none. */
  isOverloaded(): boolean;
  /** Refuses who waits. */
  close(): void;
}

/**
 * Of the places, under overload: more at once only means later (J. Little's law). What does not depend on the rate that is
 * measured cannot fall with it: a process that is busy refusing takes longer over each request, and needs more under way
 * for the same rate, not fewer.
 */
const SHARE_UNDER_OVERLOAD = 1 / 2;
const LOOK_EVERY_MS = 50;

export function openAdmission<K extends string>(options: AdmissionOptions<K>): Admission<K> {
  const { kinds, places, waiting, targetMs, metrics, now = () => performance.now() } = options;
  const ownUnderWay = kinds.map(() => 0);
  const lines = kinds.map(({ name, patienceMs }): Line<Place> =>
    openLine({ patienceMs, targetMs }, waiting, () => metrics.refused.inc({ kind: name })),
  );
  let commonUnderWay = 0;
  /** How many may be under way now. */
  let limit = places;
  let looking: NodeJS.Timeout | undefined;
  const indexes = new Map(kinds.map(({ name }, index) => [name, index]));
  const indexOf = (kind: K) => indexes.get(kind) ?? -1;
  const isOverloaded = () => lines.some((line, index) => kinds[index]?.common && line.isOverloaded());
  const waits = () => lines.reduce((sum, line) => sum + line.size(), 0);

  function begin(place: Place): Place {
    if (place === COMMON) commonUnderWay += 1;
    else ownUnderWay[place] = (ownUnderWay[place] ?? 0) + 1;
    return place;
  }

  function end(place: Place): void {
    if (place === COMMON) commonUnderWay -= 1;
    else ownUnderWay[place] = (ownUnderWay[place] ?? 0) - 1;
  }

  /** Which place a kind may have now: its own ones first, or others could be kept waiting by it. */
  function freeFor(index: number): number | undefined {
    const kind = kinds[index];
    if (!kind) return undefined;
    if ((ownUnderWay[index] ?? 0) < kind.own) return index;
    return kind.common && commonUnderWay < limit ? COMMON : undefined;
  }

  /** Gives free places to those who wait. */
  function pass(): void {
    for (const [index, line] of lines.entries()) {
      while (line.size() > 0) {
        const of = freeFor(index);
        if (of === undefined) break;
        const at = now();
        const waiter = line.next(at);
        if (!waiter) break;
        metrics.waited.observe({ kind: kinds[index]?.name ?? '' }, (at - waiter.since) / 1_000);
        waiter.settle(begin(of));
      }
    }
  }

  function look(): void {
    const at = now();
    for (const line of lines) line.look(at);
    limit = isOverloaded() ? Math.ceil(places * SHARE_UNDER_OVERLOAD) : places;
    pass();
    // Until it is over: it is while nobody waits that overload is found to have ended.
    if (waits() === 0 && !lines.some((line) => line.isOverloaded())) stopLooking();
  }

  function stopLooking(): void {
    clearInterval(looking);
    looking = undefined;
  }

  metrics.follow({
    underWay: () => ownUnderWay.reduce((sum, count) => sum + count, commonUnderWay),
    waiting: () => Object.fromEntries(kinds.map(({ name }, index) => [name, lines[index]?.size() ?? 0])),
  });
  return {
    enter: (kind) => {
      if (looking !== undefined) return undefined;
      const index = indexOf(kind);
      if (kinds[index]?.common && commonUnderWay < limit) return begin(COMMON);
      const place = freeFor(index);
      return place === undefined ? undefined : begin(place);
    },
    wait: (kind) => {
      const index = indexOf(kind);
      const line = lines[index] as Line<Place>;
      const of = line.size() === 0 && !someoneBefore(lines, index) ? freeFor(index) : undefined;
      if (of !== undefined) {
        line.passed();
        return Promise.resolve(begin(of));
      }
      looking ??= setInterval(look, LOOK_EVERY_MS).unref();
      return new Promise((settle) => {
        const at = now();
        const refusal = line.join({ since: at, settle }, at);
        if (refusal) settle(refusal);
        else pass();
      });
    },
    leave: (place) => {
      end(place);
      if (looking !== undefined) pass();
    },
    isOverloaded,
    close: () => {
      stopLooking();
      for (const line of lines) line.refuseAll();
    },
  };
}

const someoneBefore = (lines: readonly Line<Place>[], index: number) =>
  lines.some((line, before) => before < index && line.size() > 0);

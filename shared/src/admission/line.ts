import { retryAfterMs } from '../errors/index.js';
import { Overloaded } from './overloaded.js';
import { openRate } from './rate.js';

/** How long one kind may wait for its turn. */
export interface Patience {
  /** A line that has never been empty for so long, while as many come as are served, is overload; see `openLine`. */
  patienceMs: number;
  /** What is then let wait: as many as are taken from it in so long. */
  targetMs: number;
}

export interface Waiter<P> {
  since: number;
  settle(outcome: P | Overloaded): void;
}

/** Those of one kind who wait for a place, first come, first served. */
export interface Line<P> {
  size(): number;
  /** Whether it is kept short by refusals. */
  isOverloaded(): boolean;
  /** @returns why it may not wait here. */
  join(waiter: Waiter<P>, now: number): Overloaded | undefined;
  /** Somebody got a place without having to wait. */
  passed(): void;
  /** Takes who has waited longest. */
  next(now: number): Waiter<P> | undefined;
  /** Finds out whether it is overloaded, and refuses who has no chance; to be called now and then while somebody waits. */
  look(now: number): void;
  refuseAll(): void;
}

/** However slowly it goes, so many may wait. */
const LEAST_ROOM = 4;
/** Where nothing is done, whatever comes is much: so many a millisecond. */
const NOTHING = 0.001;
/** Overload is over when the line is empty and nobody had to be refused for so long. */
const CALM_MS = 1_000;

/**
 * A stampede and overload begin alike; what tells them apart is whether the line is ever empty again (K. Nichols and
 * V. Jacobson, Controlling Queue Delay, 2012; the form that servers use is that of B. Maurer, Fail at Scale, 2015: who
 * may wait depends on how long ago the queue was empty), and what tells a long one is whether as many go on coming as are
 * served. So whoever comes may wait, until the line has stood for `patienceMs`: longer, the
 * fewer come for each that is served, for then it ends by itself however long it is. Then its end is refused
 * at once, and whoever comes while as many wait as are served in `targetMs`. Those before them keep their turn: what
 * came first is served first, overloaded or not.
 *
 * @param most who may wait at all.
 */
export function openLine<P>(
  { patienceMs, targetMs }: Patience,
  most: number,
  onRefused: () => void,
): Line<P> {
  /** Looked up by position: `shift` of a long array moves all of it. */
  let waiting: Waiter<P>[] = [];
  let first = 0;
  const came = openRate();
  const taken = openRate();
  let standingSince: number | undefined;
  let refusedAt = -Infinity;
  let overloaded = false;

  const size = () => waiting.length - first;
  const mayStandMs = () => patienceMs * Math.max(1, taken.perMs() / Math.max(came.perMs(), NOTHING));
  const room = () => Math.max(LEAST_ROOM, Math.floor(taken.perMs() * targetMs));

  function refuse(now: number): Overloaded {
    refusedAt = now;
    onRefused();
    return new Overloaded(retryAfterMs(Math.max(0, came.perMs() / Math.max(taken.perMs(), NOTHING) - 1)));
  }

  function assess(now: number): void {
    if (size() === 0) {
      standingSince = undefined;
      if (overloaded && now - refusedAt >= CALM_MS) overloaded = false;
    } else if (standingSince !== undefined && now - standingSince >= mayStandMs()) overloaded = true;
  }

  function removeFirst(): Waiter<P> | undefined {
    const waiter = waiting[first];
    if (!waiter) return undefined;
    first += 1;
    if (first === waiting.length) {
      waiting = [];
      first = 0;
    } else if (first >= 1_024 && first * 2 >= waiting.length) {
      waiting = waiting.slice(first);
      first = 0;
    }
    return waiter;
  }

  return {
    size,
    isOverloaded: () => overloaded,
    join: (waiter, now) => {
      came.happened();
      assess(now);
      if (size() >= (overloaded ? room() : most)) return refuse(now);
      standingSince ??= now;
      waiting.push(waiter);
      return undefined;
    },
    passed: () => {
      came.happened();
      taken.happened();
    },
    next: (now) => {
      const waiter = removeFirst();
      if (waiter) taken.happened();
      assess(now);
      return waiter;
    },
    look: (now) => {
      came.look(now);
      taken.look(now);
      assess(now);
      if (!overloaded) return;
      for (const { settle } of waiting.splice(first + room())) settle(refuse(now));
      // Whoever is left is served in time at the rate of late; should that have been the last for long, they are told.
      while (size() > 0 && now - (waiting[first] as Waiter<P>).since >= 2 * patienceMs) {
        removeFirst()?.settle(refuse(now));
      }
      assess(now);
    },
    refuseAll: () => {
      for (const { settle } of waiting.splice(first)) settle(new Overloaded(retryAfterMs()));
      waiting = [];
      first = 0;
    },
  };
}

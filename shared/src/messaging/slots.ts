import { Abandoned } from './until-available.js';

/** Runs work when its turn comes. @throws Abandoned when `signal` is aborted while it waits. */
export interface Slots {
  <T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
  /** How many run now, and how many may. */
  use(): { used: number; free: number };
}

/** Lets so many pieces of work run at once; the rest wait their turn, first come, first served. */
export function openSlots(count: number): Slots {
  let free = count;
  const waiting = new Set<() => void>();

  function turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const go = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        waiting.delete(go);
        reject(new Abandoned());
      };
      waiting.add(go);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  async function run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (signal.aborted) throw new Abandoned();
    if (free > 0) free -= 1;
    else await turn(signal);
    try {
      return await work();
    } finally {
      const [next] = waiting;
      if (next) {
        waiting.delete(next);
        next();
      } else {
        free += 1;
      }
    }
  }

  return Object.assign(run, { use: () => ({ used: count - free, free }) });
}

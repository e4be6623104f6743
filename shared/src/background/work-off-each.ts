import type { Log } from '../telemetry/index.js';
import { workOff, type WorkLoop } from './work-off.js';

export interface WorkOffEachOptions<T> {
  /** What is held up, in logs, when nothing can be claimed: 'the settling of payments'. */
  name: string;
  /** Milliseconds until it is looked at again when there was not enough for all slots. */
  pauseMs: number;
  /** How many are in hand at once, at most. */
  slots: number;
  /** How long closing waits for those in hand; what takes longer is left to its lease. */
  closeWithinMs: number;
  log: Log;
  /** Takes what is due, so many at most, so that nobody else does while it is in hand. */
  claim: (most: number) => Promise<readonly T[]>;
  /** Does one. It handles its own failures; one that it does not is logged, and holds up nothing. */
  work: (item: T) => Promise<void>;
}

/**
 * Works off what is due, several at once and each by itself: a slow one keeps one slot, and the next is claimed as
 * soon as another slot is free.
 */
export function workOffEach<T>(options: WorkOffEachOptions<T>): WorkLoop {
  const { name, pauseMs, slots, closeWithinMs, log, claim, work } = options;
  const inHand = new Set<Promise<void>>();

  const loop = workOff({ name, pauseMs, log }, async () => {
    const free = slots - inHand.size;
    if (free <= 0) return 0;
    const items = await claim(free);
    for (const item of items) begin(item);
    return items.length;
  });

  function begin(item: T): void {
    const one = work(item)
      .catch((error: unknown) => log.error({ err: error }, `${name}: one of them failed`))
      .finally(() => {
        // More may be due than there were slots for.
        const wasFull = inHand.size >= slots;
        inHand.delete(one);
        if (wasFull) loop.wake();
      });
    inHand.add(one);
  }

  return {
    wake: loop.wake,
    close: async () => {
      await loop.close();
      if (await endsWithin(closeWithinMs, inHand)) return;
      log.warn({ inHand: inHand.size }, `${name}: closed while some were in hand`);
    },
  };
}

async function endsWithin(ms: number, inHand: Iterable<Promise<void>>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), ms);
  });
  try {
    return await Promise.race([Promise.all(inHand).then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

import { retryAfterMs, serviceUnavailable } from '@stampede/shared/errors';

/** Waiting for each that runs: that many more, and refusals say to come again a second later. */
const PER_STEP = 25;

export interface TurnsOptions {
  /** How much runs at the same time. */
  atOnce: number;
  /** How many more may wait; whoever comes then is refused. */
  waiting: number;
  /** Who has waited so long has gone, or will have before the answer. */
  waitMs: number;
  onRefused?: (why: 'full' | 'late') => void;
  onWaiting?: (count: number) => void;
}

/**
 * Runs so much at once, first come, first served. What would wait too long, or behind too many, is refused.
 *
 * @throws SERVICE_UNAVAILABLE, with how long until the queue is another one.
 */
export function turns({ atOnce, waiting, waitMs, onRefused, onWaiting }: TurnsOptions) {
  let running = 0;
  const queue = new Set<() => void>();

  function refuse(why: 'full' | 'late') {
    onRefused?.(why);
    return serviceUnavailable(retryAfterMs(queue.size / atOnce / PER_STEP));
  }

  const turn = () =>
    new Promise<void>((resolve, reject) => {
      const leave = () => {
        clearTimeout(timer);
        queue.delete(start);
        onWaiting?.(queue.size);
      };
      const start = () => {
        leave();
        resolve();
      };
      const timer = setTimeout(() => {
        leave();
        reject(refuse('late'));
      }, waitMs);
      queue.add(start);
      onWaiting?.(queue.size);
    });

  return async function inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (running < atOnce) running += 1;
    else if (queue.size >= waiting) throw refuse('full');
    // Who ends hands its place over, so that nobody who comes later slips in between.
    else await turn();
    try {
      return await work();
    } finally {
      const [next] = queue;
      if (next) next();
      else running -= 1;
    }
  };
}

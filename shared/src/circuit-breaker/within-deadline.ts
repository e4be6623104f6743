import type { BreakerClock } from './clock.js';

/**
 * Runs `work` for `ms` at most, and tells how it ended. Its signal aborts at the deadline; work that does not listen
 * is left to itself.
 */
export async function withinDeadline<T>(
  clock: BreakerClock,
  ms: number,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<PromiseSettledResult<T>> {
  const controller = new AbortController();
  let timer: { cancel(): void } | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = clock.after(ms, () => {
      const reason = new DOMException(`no answer within ${ms} ms`, 'TimeoutError');
      // Before the abort: the work's own word for that ("aborted") would hide why.
      reject(reason);
      controller.abort(reason);
    });
  });
  try {
    // In an async function, so that what `work` throws at once is a rejection, too.
    const value = await Promise.race([(async () => work(controller.signal))(), late]);
    return { status: 'fulfilled', value };
  } catch (reason) {
    return { status: 'rejected', reason };
  } finally {
    timer?.cancel();
  }
}

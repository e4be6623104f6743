import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Repeats `check` until it does not throw, and gives its result. For what happens soon, but nobody says when. What has
 * taken longer is asked for less often, 50 to 10 times a second: asking keeps those busy who have to get there.
 *
 * @throws what `check` threw last, after `withinMs`.
 */
export async function eventually<T>(check: () => T | Promise<T>, withinMs = 30_000): Promise<T> {
  const begun = Date.now();
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > begun + withinMs) throw error;
    }
    await sleep(Math.min(Math.max((Date.now() - begun) / 10, 20), 100));
  }
}

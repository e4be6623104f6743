import { openOutage, within } from '@stampede/shared/background';
import { isUnavailable } from '@stampede/shared/errors';
import type { Log } from '@stampede/shared/telemetry';

/**
 * A rebuild takes some tens of milliseconds. One with many sales takes seconds and is not waited for: whoever reads
 * together with a product that is COLD waits as long as its reader does.
 */
const PATIENCE_MS = 100;
/** While order is away it is asked whether it is back once in so long. */
const PAUSE_MS = 1_000;

/**
 * Waits for rebuilds of COLD products: each is asked for once, and all that are asked for together are waited for
 * together, for a moment. Who comes when that moment is over, and the rebuild is not, does not wait at all; nor does
 * anybody while order is away, which one of those who come then finds out in the background.
 *
 * @param now a monotonic clock, ms.
 * @returns what resolves when the products are rebuilt, or are not waited for any more; it never rejects.
 */
export function openWaitForRebuild(
  askForRebuild: (productId: string) => Promise<void>,
  log: Log,
  now: () => number = () => performance.now(),
) {
  const outage = openOutage(log, 'the rebuilding of what readers find COLD');
  /** By product that is being rebuilt, how long its readers wait. */
  const moments = new Map<string, Promise<unknown>>();
  let away = false;
  let nextAskAt = 0;

  async function ask(id: string): Promise<void> {
    try {
      await askForRebuild(id);
      away = false;
      outage.ended();
    } catch (error) {
      if (!isUnavailable(error)) return log.error({ err: error, productId: id }, 'no rebuild');
      if (!away) nextAskAt = now() + PAUSE_MS;
      away = true;
      outage.began(error);
    } finally {
      moments.delete(id);
    }
  }

  return async (ids: readonly string[]): Promise<void> => {
    if (away) {
      const [one] = ids;
      if (one === undefined || now() < nextAskAt) return;
      nextAskAt = now() + PAUSE_MS;
      void ask(one);
      return;
    }
    const asked = [...new Set(ids)].filter((id) => !moments.has(id));
    const moment = within(PATIENCE_MS, Promise.all(asked.map(ask)), () => []);
    for (const id of asked) moments.set(id, moment);
    await Promise.all(ids.flatMap((id) => moments.get(id) ?? []));
  };
}

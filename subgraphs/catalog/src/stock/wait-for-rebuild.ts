import { isUnavailable } from '@stampede/shared/errors';
import type { Log } from '@stampede/shared/telemetry';
import { within } from './within.js';

/** A rebuild takes some tens of milliseconds; one with many sales takes seconds, and is not waited for by readers. */
const PATIENCE_MS = 1_000;

/**
 * Waits for rebuilds of COLD products, of many at once: each is asked for once, and for a moment only. Who comes when
 * that moment is over, and the rebuild is not, does not wait at all.
 *
 * @returns what resolves to whether the product has been rebuilt.
 */
export function openWaitForRebuild(askForRebuild: (productId: string) => Promise<void>, log: Log) {
  const waiting = new Map<string, Promise<boolean>>();

  async function ask(id: string): Promise<boolean> {
    try {
      await askForRebuild(id);
      return true;
    } catch (error) {
      log[isUnavailable(error) ? 'warn' : 'error']({ err: error, productId: id }, 'no rebuild yet');
      return false;
    } finally {
      waiting.delete(id);
    }
  }

  return (id: string): Promise<boolean> => {
    const known = waiting.get(id);
    if (known) return known;
    const moment = within(PATIENCE_MS, ask(id), () => false);
    waiting.set(id, moment);
    return moment;
  };
}

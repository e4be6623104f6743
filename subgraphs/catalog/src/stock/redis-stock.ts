import { openOutage, within } from '@stampede/shared/background';
import { Unavailable, isUnavailable } from '@stampede/shared/errors';
import type { Inventory, StockReading } from '@stampede/shared/inventory';
import type { Log } from '@stampede/shared/telemetry';

/** Instead of a reading: Redis does not answer. */
export const AWAY = Symbol('Redis is away');

/** Redis answers within a few milliseconds, or something is wrong: a page is not kept waiting for it. */
const PATIENCE_MS = 1_000;

/**
 * Reads stock for as long as Redis answers. Once it does not, nobody waits for it any more: each further batch is
 * AWAY at once, and has it asked in the background whether it is back.
 *
 * @returns what reads a batch; undefined for products that are COLD.
 */
export function openRedisStock(inventory: Pick<Inventory, 'read' | 'now'>, log: Log) {
  const outage = openOutage(log, 'reading stock from Redis');
  let away = false;
  let asking = false;

  async function askWhetherBack(): Promise<void> {
    if (asking) return;
    asking = true;
    try {
      await inventory.now();
      away = false;
      outage.ended();
    } catch (error) {
      outage.began(error);
    } finally {
      asking = false;
    }
  }

  return async (ids: readonly string[]): Promise<(StockReading | undefined | typeof AWAY)[]> => {
    if (!away) {
      try {
        return await within(PATIENCE_MS, inventory.read(ids), () => {
          throw new Unavailable('Redis');
        });
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        away = true;
        outage.began(error);
      }
    }
    void askWhetherBack();
    return ids.map(() => AWAY);
  };
}

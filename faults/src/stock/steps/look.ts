import fc from 'fast-check';
import { HOUR_MS, type History } from '../model/history.js';
import type { ProductUnderTest } from '../product-under-test.js';
import { unitsByBuyer } from '../model/stock.js';
import { step } from './step.js';

/** Those who look after stock read it: buyers, the audit, and the search for orphans. */
export const look = fc.constant({}).map((numbers) =>
  step('look', numbers, async (_, history, product) => {
    await product.agree(
      history,
      () => readings(history, product),
      () => expected(history),
    );
  }),
);

/** Between two hours: whatever was held before time last passed. */
const olderThan = (history: History) => history.now - HOUR_MS / 2;

async function readings(history: History, { id, server: { inventory } }: ProductUnderTest) {
  const before = olderThan(history) - history.aheadMs;
  const [[reading], epoch, orphans, units] = await Promise.all([
    inventory.read([id]),
    inventory.standingEpoch(id),
    inventory.heldBefore(id, before),
    inventory.unitsByBuyer(id),
  ]);
  const { total, available, held, sold, serial } = reading ?? {};
  return {
    reading: reading && { epoch: reading.epoch, total, available, held, sold, serial },
    epoch,
    orphans: orphans.toSorted((a, b) => a.orderId.localeCompare(b.orderId)),
    units,
  };
}

function expected(history: History) {
  const { stock } = history;
  const has = (part: 'stock' | 'orders' | 'buyers') => stock !== undefined && !stock.lost.has(part);
  const entries = has('orders') ? [...stock!.entries] : [];
  return {
    reading:
      stock?.trusted && has('stock')
        ? {
            epoch: stock.epoch,
            total: stock.settings.total,
            available: stock.available,
            held: stock.held,
            sold: stock.sold,
            serial: stock.serial,
          }
        : undefined,
    epoch: has('stock') ? stock!.epoch : 0,
    orphans: entries
      .filter(([, { state, heldAt }]) => state === 'held' && heldAt <= olderThan(history))
      .map(([orderId, { epoch, serial }]) => ({ orderId, epoch, serial }))
      .toSorted((a, b) => a.orderId.localeCompare(b.orderId)),
    units: has('buyers') ? unitsByBuyer(stock!.entries) : new Map(),
  };
}

import type { Metrics } from '@stampede/shared/telemetry';
import { orderSteps, stockRejections } from '../order-changes.js';
import { OrderStatus } from '../order-status.js';

const REASONS = ['NO_UNITS_LEFT', 'ORDER_ENDED'];

/** Counts orders by what becomes of them. */
export function countOrderSteps(metrics: Metrics): { close(): Promise<void> } {
  const orders = metrics.counter(
    'orders_total',
    'Orders that reached a status: PENDING_PAYMENT when placed.',
    ['status'],
  );
  const rejected = metrics.counter(
    'stock_rejected_total',
    'Paid orders whose units catalog did not sell: NO_UNITS_LEFT when the last guard held.',
    ['reason'],
  );
  for (const status of Object.values(OrderStatus)) orders.inc({ status }, 0);
  for (const reason of REASONS) rejected.inc({ reason }, 0);
  const parts = [
    orderSteps.listen((status) => orders.inc({ status })),
    stockRejections.listen((reason) => rejected.inc({ reason })),
  ];
  return { close: async () => void (await Promise.all(parts.map((part) => part.close()))) };
}

import type { Transaction } from '@stampede/shared/database';
import { lockStocks } from '@stampede/shared/inventory';
import { orderConfirmed, type StockCommitted } from '@stampede/shared/messages';
import { appendEachToOutbox, OneByOne, type Told } from '@stampede/shared/messaging';
import { awaitDeliveries, isGoods } from '../delivery/goods.js';
import { lockOrders, readLines } from '../order-row.js';
import { changeStatuses, OrderStatus } from '../order-status.js';
import { confirmedOf } from './confirmed-of.js';

const { CONFIRMED, PAID } = OrderStatus;

/**
 * Several orders, each PAID and to stay so: all of them CONFIRMED, order.confirmed.
 *
 * @throws OneByOne where one of them is anything else.
 */
export async function confirmAll(tx: Transaction, messages: readonly Told<StockCommitted>[]): Promise<void> {
  const metas = new Map(messages.map(({ body, meta }) => [body.orderId, meta]));
  const ids = [...metas.keys()];
  const allLines = await readLines(tx, ids);
  await lockStocks(tx, new Set(allLines.map(({ product_id }) => product_id)));
  const orders = await lockOrders(tx, ids);
  const isOrdinary = orders.every(
    ({ status, cancel_requested_at: cancelled }) => status === PAID && cancelled === null,
  );
  if (orders.length !== messages.length || !isOrdinary) throw new OneByOne('not all are to be confirmed');
  const linesOf = (id: string) => allLines.filter(({ order_id }) => order_id === id);
  await changeStatuses(tx, ids, PAID, CONFIRMED);
  await awaitDeliveries(
    tx,
    ids.filter((id) => linesOf(id).some(isGoods)),
  );
  const told = orders.map((order) => ({
    body: confirmedOf(order, linesOf(order.id)),
    requestId: metas.get(order.id)?.requestId,
    traceparent: metas.get(order.id)?.traceparent,
  }));
  await appendEachToOutbox(tx, orderConfirmed, told);
}

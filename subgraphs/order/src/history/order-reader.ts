import type { Database } from '@stampede/shared/database';
import { isUuid, won } from '@stampede/shared/graphql';
import type { Identity, Role } from '@stampede/shared/identity';
import DataLoader from 'dataloader';
import { orderOf } from '../order-view.js';
import { ORDER_COLUMNS, readLines, type LineRow, type OrderRow } from '../order-row.js';
import type { Order, OrderEvent, OrderLine } from '../order.entity.js';
import type { OrderStatus } from '../order-status.js';
import { listOrders, type ListRequest } from './list-orders.js';

export interface Viewer {
  userId: string;
  role: Role;
}

/** Reads orders; what is asked for in one tick is read in one statement. */
export type OrderReader = ReturnType<typeof openOrderReader>;

export function openOrderReader(database: Database) {
  const byId = batched<OrderRow | undefined>(async (ids) => {
    const rows = await database.query<OrderRow>(`SELECT ${ORDER_COLUMNS} FROM orders WHERE id = ANY($1)`, [
      ids,
    ]);
    return ids.map((id) => rows.find((row) => row.id === id));
  });
  const lines = batched<LineRow[]>(async (ids) => {
    const rows = await readLines(database, ids);
    return ids.map((id) => rows.filter((row) => row.order_id === id));
  });
  const events = batched<OrderEvent[]>(async (ids) => {
    const rows = await database.query<{
      order_id: string;
      at: Date;
      status: OrderStatus;
      reason: string | null;
    }>('SELECT order_id, at, status, reason FROM order_event WHERE order_id = ANY($1) ORDER BY id', [ids]);
    return ids.map((id) => rows.filter((row) => row.order_id === id));
  });
  const refunded = batched<number>(async (ids) => {
    const rows = await database.query<{ order_id: string; sum: number }>(
      `SELECT order_id, sum(amount)::bigint AS sum FROM refund JOIN orders ON orders.id = refund.order_id
       WHERE order_id = ANY($1) AND refunded_at IS NOT NULL AND payment_id = paid_payment_id GROUP BY order_id`,
      [ids],
    );
    return ids.map((id) => rows.find((row) => row.order_id === id)?.sum ?? 0);
  });

  const sellsIn = async (orderId: string, sellerId: string) =>
    (await lines.load(orderId)).some((row) => row.seller_id === sellerId);

  return {
    /** The order, if this person may see it; undefined otherwise, as if it were not there. */
    visible: async (id: string, viewer: Viewer): Promise<Order | undefined> => {
      if (!isUuid(id)) return undefined;
      const row = await byId.load(id.toLowerCase());
      return row && maySee(row, viewer) ? orderOf(row) : undefined;
    },
    /** As `visible`, and to who sells in it, as in the list of what they sold. */
    named: async (id: string, viewer: Viewer): Promise<Order | undefined> => {
      const row = isUuid(id) ? await byId.load(id.toLowerCase()) : undefined;
      if (!row) return undefined;
      const seen =
        maySee(row, viewer) || (viewer.role === 'SELLER' && (await sellsIn(row.id, viewer.userId)));
      return seen ? orderOf(row) : undefined;
    },
    /** Of the order's lines those that somebody may see who was shown the order: a seller their own. */
    lines: async ({ id, buyer }: Order, viewer: Identity): Promise<OrderLine[]> => {
      const rows = await lines.load(id);
      return rows
        .filter((row) => seesLine(viewer, { buyerId: buyer.id, sellerId: row.seller_id }))
        .map(lineOf);
    },
    lineRows: (orderId: string) => lines.load(orderId),
    /** How an order came to the status that it was read in: what has happened since then is another statement's. */
    events: async ({ id, status }: Pick<Order, 'id' | 'status'>): Promise<OrderEvent[]> => {
      const known = await events.load(id);
      return known.slice(0, known.findLastIndex((event) => event.status === status) + 1);
    },
    /** Won given back of the payment that paid the order. */
    refunded: (orderId: string) => refunded.load(orderId),
    page: (request: ListRequest) => listOrders(database, request),
  };
}

const batched = <T>(load: (ids: readonly string[]) => Promise<T[]>) =>
  new DataLoader<string, T>(load, { cache: false, maxBatchSize: 500 });

const maySee = (row: OrderRow, { userId, role }: Viewer) => row.buyer_id === userId || role === 'OPERATOR';

/** A service asks for all of an order, on nobody's behalf. */
function seesLine(viewer: Identity, { buyerId, sellerId }: { buyerId: string; sellerId: string }): boolean {
  if (viewer.kind !== 'user') return viewer.kind === 'service';
  return viewer.role === 'OPERATOR' || [buyerId, sellerId].includes(viewer.userId);
}

const lineOf = (row: LineRow): OrderLine => ({
  productId: row.product_id,
  productName: row.product_name,
  product: { id: row.product_id },
  quantity: row.quantity,
  unitPrice: won(row.unit_price),
  subtotal: won(row.unit_price * row.quantity),
});

import type { Database } from '@stampede/shared/database';
import { badInput } from '@stampede/shared/errors';
import { decodeTimeCursor, encodeCursor, timeKey, won, isUuid } from '@stampede/shared/graphql';
import type { Role } from '@stampede/shared/identity';
import DataLoader from 'dataloader';
import { orderOf } from '../order-view.js';
import { readLines, type LineRow, type OrderRow } from '../order-row.js';
import type { Order, OrderEvent, OrderLine } from '../order.entity.js';
import type { OrderConnection } from './order-connection.js';
import type { OrderStatus } from '../order-status.js';

const MAX_PAGE = 100;

export interface Viewer {
  userId: string;
  role: Role;
}

export interface PageOf {
  /** Also the cursor's list: a cursor of one scope is none of another. */
  scope: 'BOUGHT' | 'SOLD' | 'ALL';
  userId: string;
  first: number;
  after: string | null;
}

/** Reads orders; what is asked for in one tick is read in one statement. */
export type OrderReader = ReturnType<typeof openOrderReader>;

export function openOrderReader(database: Database) {
  const byId = batched<OrderRow | undefined>(async (ids) => {
    const rows = await database.query<OrderRow>('SELECT * FROM orders WHERE id = ANY($1)', [ids]);
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

  return {
    /** The order, if this person may see it; undefined otherwise, as if it were not there. */
    visible: async (id: string, { userId, role }: Viewer): Promise<Order | undefined> => {
      if (!isUuid(id)) return undefined;
      const row = await byId.load(id.toLowerCase());
      return row && (row.buyer_id === userId || role === 'OPERATOR') ? orderOf(row) : undefined;
    },
    lines: async (orderId: string): Promise<OrderLine[]> => (await lines.load(orderId)).map(lineOf),
    lineRows: (orderId: string) => lines.load(orderId),
    events: (orderId: string) => events.load(orderId),
    /** Won given back of the payment that paid the order. */
    refunded: (orderId: string) => refunded.load(orderId),
    page: (page: PageOf) => readPage(database, page),
  };
}

const batched = <T>(load: (ids: readonly string[]) => Promise<T[]>) =>
  new DataLoader<string, T>(load, { cache: false, maxBatchSize: 500 });

const lineOf = (row: LineRow): OrderLine => ({
  productId: row.product_id,
  productName: row.product_name,
  product: { id: row.product_id },
  quantity: row.quantity,
  unitPrice: won(row.unit_price),
  subtotal: won(row.unit_price * row.quantity),
});

const WHOSE = {
  BOUGHT: 'buyer_id = $1',
  SOLD: 'EXISTS (SELECT 1 FROM order_line WHERE order_id = orders.id AND seller_id = $1)',
  ALL: '$1::uuid IS NOT NULL',
};

async function readPage(
  database: Database,
  { scope, userId, first, after }: PageOf,
): Promise<OrderConnection> {
  if (first < 0 || first > MAX_PAGE) throw badInput({ path: 'first', message: `is 0 to ${MAX_PAGE}.` });
  const list = `orders:${scope}`;
  const [placedAt, id] = after === null ? [null, null] : decodeTimeCursor(list, after);
  const rows = await database.query<OrderRow & { cursor_at: string }>(
    `SELECT *, ${timeKey('placed_at')} AS cursor_at FROM orders
     WHERE ${WHOSE[scope]} AND ($3::timestamptz IS NULL OR (placed_at, id) < ($3::timestamptz, $4::uuid))
     ORDER BY placed_at DESC, id DESC LIMIT $2`,
    [userId, first + 1, placedAt, id],
  );
  const [count] = await database.query<{ count: number }>(
    `SELECT count(*) FROM orders WHERE ${WHOSE[scope]}`,
    [userId],
  );
  const edges = rows
    .slice(0, first)
    .map((row) => ({ cursor: encodeCursor(list, row.cursor_at, row.id), node: orderOf(row) }));
  return {
    edges,
    totalCount: count?.count ?? 0,
    pageInfo: {
      hasNextPage: rows.length > first,
      hasPreviousPage: after !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

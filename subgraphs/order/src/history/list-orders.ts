import type { Sql } from '@stampede/shared/database';
import { checkFirst, connectionOf, decodeTimeCursor, encodeCursor, onDemand } from '@stampede/shared/graphql';
import type { OrderRow } from '../order-row.js';
import { orderOf } from '../order-view.js';
import { countStatement, pageStatement, type Statement } from './list-statements.js';
import type { OrderConnection } from './order-connection.js';
import type { OrderFilter } from './order-filter.js';
import { wantedOf, type Scope, type Wanted } from './wanted-orders.js';

export interface ListRequest {
  scope: Scope;
  /** Who asks, and may see the scope. */
  userId: string;
  filter: OrderFilter;
  first: number;
  after: string | null;
}

/**
 * A page of orders, newest first, by keyset: what is placed meanwhile moves nothing on the pages to come. A cursor
 * is a place in time of its scope, so the filter may change from page to page. The orders are counted only when
 * that is asked for.
 *
 * @throws BAD_USER_INPUT
 */
export async function listOrders(sql: Sql, request: ListRequest): Promise<OrderConnection> {
  const { scope, userId, filter, first, after } = request;
  checkFirst(first);
  const list = `orders:${scope}`;
  const position = after === null ? null : decodeTimeCursor(list, after);
  const wanted = wantedOf(scope, userId, filter);
  const rows = wanted
    ? await run<OrderRow & { cursor_at: string }>(
        sql,
        pageStatement(wanted, { after: position, limit: first + 1 }),
      )
    : [];
  const page = connectionOf(rows, {
    first,
    after,
    cursorOf: (row) => encodeCursor(list, row.cursor_at, row.id),
    nodeOf: orderOf,
  });
  return { ...page, totalCount: onDemand(() => count(sql, wanted)) };
}

async function count(sql: Sql, wanted: Wanted | undefined): Promise<number> {
  if (!wanted) return 0;
  const [counted] = await run<{ count: number }>(sql, countStatement(wanted));
  return counted?.count ?? 0;
}

/** The best plan depends on whose orders they are, and a prepared statement would soon have one for anybody. */
const run = <Row extends object>(sql: Sql, { text, values }: Statement): Promise<Row[]> =>
  sql.query<Row>(text, values, { prepared: false });

import { ORDER_COLUMNS } from '../order-row.js';
import { timeKey } from '@stampede/shared/graphql';
import { OrderStatus } from '../order-status.js';
import type { Wanted } from './wanted-orders.js';

export interface Statement {
  text: string;
  values: unknown[];
}

export interface PageOf {
  /** The order after which the page begins; null: at the newest. */
  after: [placedAt: string, id: string] | null;
  /** Rows at most. */
  limit: number;
}

/** Gives a value a place in the statement: `$1`, `$2` … */
type Bind = (value: unknown) => string;

/** Finds the orders of a page, newest first, with `cursor_at`. */
export function pageStatement(wanted: Wanted, page: PageOf): Statement {
  const values: unknown[] = [];
  const bind = binding(values);
  if (isFoundByLines(wanted)) return { text: pageByLines(wanted, page, bind), values };
  const conditions = conditionsOfOrder(wanted, bind);
  const text = conditions.length > 0 ? pageByOrders(conditions, page, bind) : pageOfAll(page, bind);
  return { text, values };
}

/** Counts the orders of the whole list. */
export function countStatement(wanted: Wanted): Statement {
  const values: unknown[] = [];
  const bind = binding(values);
  if (!isFoundByLines(wanted)) {
    return { text: `SELECT count(*) FROM orders ${whereOf(conditionsOfOrder(wanted, bind))}`, values };
  }
  const lines = `SELECT DISTINCT placed_at, order_id FROM order_line ${whereOf(conditionsOfLine(wanted, bind))}`;
  const { status } = wanted;
  const standing = status ? `JOIN orders ON orders.id = order_id WHERE status = ${bind(status)}` : '';
  return { text: `SELECT count(*) FROM (${lines}) AS line ${standing}`, values };
}

/**
 * A buyer has few orders, and of a number there is one: their lines are looked at. Everybody else's orders of a
 * seller or a product are found the other way round, or a million orders would be gone through for three.
 */
const isFoundByLines = ({ buyerId, sequence, sellerId, productId }: Wanted): boolean =>
  buyerId === undefined && sequence === undefined && (sellerId !== undefined || productId !== undefined);

function pageByOrders(conditions: readonly string[], { after, limit }: PageOf, bind: Bind): string {
  const where = whereOf([...conditions, ...beyond('(placed_at, id)', after, bind)]);
  return `SELECT ${ORDER_COLUMNS}, ${timeKey('placed_at')} AS cursor_at FROM orders ${where}
    ORDER BY placed_at DESC, id DESC LIMIT ${bind(limit)}`;
}

/** The newest of each status, and of these the newest: so one index serves both, and each order writes into one less. */
function pageOfAll(page: PageOf, bind: Bind): string {
  const parts = Object.values(OrderStatus).map(
    (status) => `(${pageByOrders(equal({ status }, bind), page, bind)})`,
  );
  return `SELECT * FROM (${parts.join(' UNION ALL ')}) AS newest
    ORDER BY placed_at DESC, id DESC LIMIT ${bind(page.limit)}`;
}

/** The inner order is the index'; without a status its limit is the page's, which leaves nothing to plan wrongly. */
function pageByLines(wanted: Wanted, { after, limit }: PageOf, bind: Bind): string {
  const { status } = wanted;
  const conditions = [...conditionsOfLine(wanted, bind), ...beyond('(placed_at, order_id)', after, bind)];
  const atMost = `LIMIT ${bind(limit)}`;
  // A seller may have several lines of one order.
  const lines = `SELECT DISTINCT placed_at, order_id FROM order_line ${whereOf(conditions)}
    ORDER BY placed_at DESC, order_id DESC ${status ? '' : atMost}`;
  return `SELECT ${ORDER_COLUMNS}, ${timeKey('line.placed_at')} AS cursor_at
    FROM (${lines}) AS line JOIN orders ON orders.id = line.order_id
    ${whereOf(equal({ 'orders.status': status }, bind))}
    ORDER BY line.placed_at DESC, line.order_id DESC ${atMost}`;
}

function conditionsOfOrder(wanted: Wanted, bind: Bind): string[] {
  const { buyerId, sequence, status } = wanted;
  const ofLine = conditionsOfLine(wanted, bind);
  const line = `EXISTS (SELECT FROM order_line WHERE order_id = orders.id AND ${ofLine.join(' AND ')})`;
  return [
    ...equal({ buyer_id: buyerId, number: sequence, status }, bind),
    ...(ofLine.length > 0 ? [line] : []),
  ];
}

const conditionsOfLine = ({ sellerId, productId }: Wanted, bind: Bind): string[] =>
  equal({ seller_id: sellerId, product_id: productId }, bind);

const equal = (columns: Record<string, unknown>, bind: Bind): string[] =>
  Object.entries(columns).flatMap(([column, value]) =>
    value === undefined ? [] : [`${column} = ${bind(value)}`],
  );

const beyond = (keys: string, after: PageOf['after'], bind: Bind): string[] =>
  after ? [`${keys} < (${bind(after[0])}::timestamptz, ${bind(after[1])}::uuid)`] : [];

const whereOf = (conditions: readonly string[]) =>
  conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;

const binding =
  (values: unknown[]): Bind =>
  (value) =>
    `$${values.push(value)}`;

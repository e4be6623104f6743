import { PRODUCT_COLUMNS } from '../product-row.js';
import type { Bind, Condition } from './conditions.js';
import { orderOf } from './order-of.js';
import type { Range } from './page-order.js';
import type { ProductSort } from './product-sort.js';

export interface Statement {
  text: string;
  values: unknown[];
}

export interface PageOf {
  conditions: readonly Condition[];
  sort: ProductSort;
  /** The cursor of the last row before the page; null: from the start. */
  after: string | null;
  /** Rows at most. */
  limit: number;
}

/** Finds the rows of a page, in order, with `cursor_keys`. @throws BAD_USER_INPUT for a cursor of another list */
export function pageStatement({ conditions, sort, after, limit }: PageOf): Statement {
  const values: unknown[] = [];
  const bind = binding(values);
  const { keys, ranges, together } = orderOf(sort, after, bind);
  const wanted = conditions.map((condition) => condition(bind));
  const atMost = `LIMIT ${bind(limit)}`;
  const select = ({ where, orderBy }: Range) =>
    `SELECT ${PRODUCT_COLUMNS}, ARRAY[${keys.join(', ')}] AS cursor_keys
     FROM product ${whereOf(where === undefined ? wanted : [where, ...wanted])}
     ORDER BY ${orderBy} ${atMost}`;
  const [only] = ranges;
  if (together === undefined) return { text: select(only), values };
  const parts = ranges.map((range) => `(${select(range)})`).join(' UNION ALL ');
  return { text: `SELECT * FROM (${parts}) AS part ORDER BY ${together} ${atMost}`, values };
}

/** Counts the rows of the whole list. */
export function countStatement(conditions: readonly Condition[]): Statement {
  const values: unknown[] = [];
  const bind = binding(values);
  const wanted = conditions.map((condition) => condition(bind));
  return { text: `SELECT count(*) AS count FROM product ${whereOf(wanted)}`, values };
}

const whereOf = (conditions: readonly string[]) =>
  conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;

const binding =
  (values: unknown[]): Bind =>
  (value) =>
    `$${values.push(value)}`;

import { decodeCursor, isIdKey, isStorable, timeKey, isTimeKey } from '@stampede/shared/graphql';
import type { Bind } from './conditions.js';
import { openingSoon } from './opening-soon.js';
import { listOf, type PageOrder } from './page-order.js';
import { ProductSort } from './product-sort.js';

interface Column {
  column: string;
  direction: 'ASC' | 'DESC';
  type: string;
  /** Its value as a cursor's key, and whether a text can be one. */
  key: string;
  isKey: (key: string) => boolean;
}

/** Won; sixteen digits are less than any bigint's end. */
const PRICE = {
  column: 'price',
  type: 'bigint',
  key: 'price::text',
  isKey: (key: string) => /^\d{1,16}$/.test(key),
};

const COLUMNS: Record<Exclude<ProductSort, ProductSort.OPENING_SOON>, Column> = {
  NEWEST: {
    column: 'created_at',
    direction: 'DESC',
    type: 'timestamptz',
    key: timeKey('created_at'),
    isKey: isTimeKey,
  },
  PRICE_LOW: { ...PRICE, direction: 'ASC' },
  PRICE_HIGH: { ...PRICE, direction: 'DESC' },
  // ICU's order of all scripts, whatever locale the database has.
  NAME: {
    column: 'name COLLATE "und-x-icu"',
    direction: 'ASC',
    type: 'text',
    key: 'name',
    isKey: isStorable,
  },
};

/**
 * The order of a page in a sort. Equal keys come by id.
 *
 * @param after the cursor of the last row before the page; null: from the start.
 * @throws BAD_USER_INPUT when it is no cursor of this list in this sort.
 */
export function orderOf(sort: ProductSort, after: string | null, bind: Bind): PageOrder {
  if (sort === ProductSort.OPENING_SOON) return openingSoon(after, bind);
  const { column, direction, type, key, isKey } = COLUMNS[sort];
  const orderBy = `${column} ${direction}, id ${direction}`;
  if (after === null) return { keys: [key], ranges: [{ orderBy }] };

  const [last, id] = decodeCursor(listOf(sort), after, isKey, isIdKey);
  const where = `(${column}, id) ${direction === 'ASC' ? '>' : '<'} (${bind(last)}::${type}, ${bind(id)}::uuid)`;
  return { keys: [key], ranges: [{ where, orderBy }] };
}

import type { Sql } from '@stampede/shared/database';
import { Unavailable } from '@stampede/shared/errors';
import { checkFirst, connectionOf, onDemand } from '@stampede/shared/graphql';
import { productOf, type ProductRow } from '../product-row.js';
import { conditionsOf, type Condition } from './conditions.js';
import { countStatement, pageStatement, type PageOf, type Statement } from './list-statements.js';
import { productCursor } from './page-order.js';
import type { ProductConnection } from './product-connection.js';
import type { ProductFilter } from './product-filter.js';
import type { ProductSort } from './product-sort.js';

/** PostgreSQL's query_canceled, by statement_timeout. */
const TOOK_TOO_LONG = '57014';

type ListedRow = ProductRow & { cursor_keys: string[] };

export interface ListRequest {
  first: number;
  after: string | null;
  filter: ProductFilter;
  sort: ProductSort;
}

/**
 * A page of the products that a filter leaves, by keyset: what comes and goes meanwhile moves nothing on the pages
 * to come. The products are counted only when that is asked for.
 *
 * @throws BAD_USER_INPUT; Unavailable when it takes too long
 */
export async function listProducts(
  database: Sql,
  { first, after, filter, sort }: ListRequest,
): Promise<ProductConnection> {
  checkFirst(first);
  const conditions = conditionsOf(filter);
  const rows = await readPage(database, { conditions, sort, after, limit: first + 1 });
  const page = connectionOf(rows, {
    first,
    after,
    cursorOf: (row) => productCursor(sort, row.cursor_keys, row.id),
    nodeOf: productOf,
  });
  return { ...page, totalCount: onDemand(() => count(database, conditions)) };
}

type Conditions = readonly Condition[] | undefined;

function readPage(database: Sql, page: Omit<PageOf, 'conditions'> & { conditions: Conditions }) {
  // Of what finds nothing the cursor is checked all the same: an answer does not depend on what was looked for.
  const statement = pageStatement({ ...page, conditions: page.conditions ?? [] });
  return page.conditions ? run<ListedRow>(database, statement) : [];
}

async function count(database: Sql, conditions: Conditions): Promise<number> {
  if (!conditions) return 0;
  const [counted] = await run<{ count: number }>(database, countStatement(conditions));
  return counted?.count ?? 0;
}

/** The best plan depends on what is looked for, and a prepared statement would soon have one for anything. */
async function run<Row extends object>(database: Sql, { text, values }: Statement): Promise<Row[]> {
  try {
    return await database.query<Row>(text, values, { prepared: false });
  } catch (error) {
    // Here it is no mistake: what is looked for is anybody's choice, and how long that takes hangs on all that is there.
    if ((error as { code?: string }).code !== TOOK_TOO_LONG) throw error;
    throw new Unavailable('the list of products', { cause: error });
  }
}

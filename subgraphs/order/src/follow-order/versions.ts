import type { Database } from '@stampede/shared/database';
import { ORDER_COLUMNS, type OrderRow } from '../order-row.js';

/** When an order's row was changed last, in microseconds since 1970: equal only to itself. */
const VERSION = '(extract(epoch FROM orders.updated_at) * 1000000)::bigint';

export interface VersionedRow {
  version: number;
}

/** Orders as they are now, with their versions; those that are not there are left out. */
export const readVersions = (
  database: Database,
  ids: readonly string[],
): Promise<(OrderRow & VersionedRow)[]> =>
  database.query(`SELECT ${ORDER_COLUMNS}, ${VERSION} AS version FROM orders WHERE id = ANY($1)`, [ids]);

/** Which of these orders have another version by now; 0 stands for none. */
export async function findChanged(
  database: Database,
  known: readonly { id: string; version: number }[],
): Promise<string[]> {
  const rows = await database.query<{ id: string }>(
    `SELECT orders.id FROM orders JOIN unnest($1::uuid[], $2::bigint[]) AS known (id, version)
       ON known.id = orders.id AND known.version <> ${VERSION}`,
    [known.map(({ id }) => id), known.map(({ version }) => version)],
  );
  return rows.map(({ id }) => id);
}

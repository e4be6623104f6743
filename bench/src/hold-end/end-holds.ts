import type { Sql } from '@stampede/shared/database';
import type { End } from './delays.js';
import type { HeldOrder } from './watch-end.js';

/** Long enough that the statement has committed, and nobody is late, when the first hold ends; and for each order. */
const BEGINS_AFTER_MS = 2_000;
const MORE_FOR_EACH_MS = 1;

/**
 * Lets the orders' holds end evenly over one second, as those end that were taken so: the shortest hold of a sale is a
 * minute, and what ends it is `pay_by` alone.
 *
 * @returns when each ends, by this machine's clock, however the database's differs.
 * @throws Error when the first ended before the database was done: that would be measured as lateness of the platform.
 */
export async function endHolds(database: Sql, orders: readonly HeldOrder[]): Promise<End[]> {
  const ahead = await clockAhead(database);
  const rows = await database.query<End>(
    `UPDATE orders SET pay_by = now() + make_interval(secs => ($2 + 1000.0 * (place - 1) / $3) / 1000)
     FROM unnest($1::uuid[]) WITH ORDINALITY AS held (id, place) WHERE orders.id = held.id
     RETURNING orders.id, (extract(epoch FROM pay_by) * 1000)::float8 AS "payBy"`,
    [orders.map(({ id }) => id), BEGINS_AFTER_MS + MORE_FOR_EACH_MS * orders.length, orders.length],
  );
  const ends = rows.map(({ id, payBy }) => ({ id, payBy: payBy - ahead }));
  const late = now() - Math.min(...ends.map(({ payBy }) => payBy));
  if (late > 0) throw new Error(`holds began to end ${late} ms before the database had set all of them`);
  return ends;
}

/** Milliseconds, by the clock that frames are noted by. */
const now = () => performance.timeOrigin + performance.now();

/** Milliseconds by which the database's clock is ahead of this process', to half a round trip. */
async function clockAhead(database: Sql): Promise<number> {
  let best = { took: Number.POSITIVE_INFINITY, ahead: 0 };
  for (let tries = 0; tries < 5; tries += 1) {
    const asked = now();
    const [row] = await database.query<{ at: number }>(
      'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS at',
    );
    const answered = now();
    const took = answered - asked;
    if (row && took < best.took) best = { took, ahead: row.at - (asked + answered) / 2 };
  }
  return best.ahead;
}

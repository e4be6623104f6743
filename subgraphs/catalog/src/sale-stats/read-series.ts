import type { Sql } from '@stampede/shared/database';
import { badInput } from '@stampede/shared/errors';
import type { Product } from '../product.entity.js';
import type { SalePoint } from './sale-stats.entity.js';

/** An hour, second by second. */
const MOST_POINTS = 3_600;
const WEEK_S = 604_800;

interface Units {
  available: number;
  held: number;
  sold: number;
}
type PointRow = { at: Date; decisions: number } & { [key in keyof Units]: number | null };

/**
 * The seconds in which something happened, oldest first, the newest 3,600 at most. One that tells of decisions alone
 * carries the units of the one before it.
 *
 * @param sinceSeconds how far back, 1 to 604,800 (a week).
 * @throws BAD_USER_INPUT
 */
export async function readSeries(sql: Sql, product: Product, sinceSeconds: number): Promise<SalePoint[]> {
  if (sinceSeconds < 1 || sinceSeconds > WEEK_S) {
    throw badInput({ path: 'sinceSeconds', message: `is 1 to ${WEEK_S}.` });
  }
  const newestFirst = await sql.query<PointRow>(
    `SELECT at, available, held, sold, decisions FROM sale_point
     WHERE product_id = $1 AND at > now() - make_interval(secs => $2) ORDER BY at DESC LIMIT ${MOST_POINTS}`,
    [product.id, sinceSeconds],
  );
  const rows = newestFirst.toReversed();
  const [oldest] = rows;
  if (!oldest) return [];
  let units = unitsOf(oldest) ?? (await readUnitsBefore(sql, product, oldest.at));
  return rows.map((row) => {
    units = unitsOf(row) ?? units;
    return { ...units, at: row.at, decisions: row.decisions };
  });
}

const unitsOf = ({ available, held, sold }: PointRow): Units | undefined =>
  available === null || held === null || sold === null ? undefined : { available, held, sold };

/** As last seen before an instant; as the book of stock has them when nobody had looked yet. */
async function readUnitsBefore(sql: Sql, { id, sold, settings }: Product, at: Date): Promise<Units> {
  const [seen] = await sql.query<Units>(
    `SELECT available, held, sold FROM sale_point
     WHERE product_id = $1 AND at < $2 AND available IS NOT NULL ORDER BY at DESC LIMIT 1`,
    [id, at],
  );
  return seen ?? { available: settings.total - sold, held: 0, sold };
}

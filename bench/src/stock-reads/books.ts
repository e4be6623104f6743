import type { InvariantParts } from '@stampede/shared/testing';
import type { StockRead } from './reader/read-stock.js';

/** Units of a product that nobody has, and that somebody has, as PostgreSQL says. */
export interface Book {
  available: number;
  taken: number;
}

/** The books of all products, by id. */
export async function readAllBooks({ sql }: Pick<InvariantParts, 'sql'>): Promise<Map<string, Book>> {
  const rows = await sql('catalog').query<{ id: string; total: number; taken: number }>(
    `SELECT id, total, coalesce(units, 0)::int AS taken FROM product LEFT JOIN (
       SELECT product_id, sum(quantity) AS units FROM "order".order_line JOIN "order".orders ON orders.id = order_id
       WHERE status NOT IN ('EXPIRED', 'CANCELLED', 'REFUNDED') GROUP BY product_id) living ON product_id = id`,
  );
  return new Map(rows.map(({ id, total, taken }) => [id, { available: total - taken, taken }]));
}

/** How many reads tell something else than the books. */
export const countWrong = (reads: StockRead[], books: Map<string, Book>): number =>
  reads.filter(({ id, available, held, sold }) => {
    const book = books.get(id);
    return book?.available !== available || book.taken !== held + sold;
  }).length;

import { openDatabase, type Sql } from '@stampede/shared/database';
import { openLog } from '@stampede/shared/telemetry';
import { searchColumnsOf } from '../src/browse/search-form.js';

const LONGEST_MS = 120_000;

/** The `n`-th seller and category of {@link loadManyProducts}. */
export const sellerId = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
export const categoryId = (n: number): string => `00000000-0000-4000-9000-${String(n).padStart(12, '0')}`;

/** An entry of a list in SQL, by the row's number: lists of different lengths give all combinations. */
const pick = (every: number, ...words: string[]) =>
  `(ARRAY[${words.map((word) => `'${word}'`).join(', ')}])[1 + n / ${every} % ${words.length}]`;

const NAME = `${pick(1, '신상', '한정판', 'Night', 'Dawn', '겨울', '여름', 'Sea', 'Zürich', '서울')} || ' ' ||
  ${pick(9, '신발', '운동화', 'Runner', '티셔츠', 'poster', '자켓', 'cap', '모자', 'ticket', '시계', 'Ärmel')} || ' ' || n`;
const BRAND = `${pick(1, '브랜드', 'Works', '공방', 'Studio')} || ' ' || n * 31 % 200`;
const DESCRIPTION = `${pick(7, 'Limited edition', '가을 시즌에 나온', 'A collaboration', '매장에서 판매하는')} || ' of ' ||
  ${pick(3, 'leather', '가죽', 'cotton', '면으로 만든', 'paper', '종이')} || ', ' || repeat('made to last for years ', (n % 9)::int)`;
/** Hours around now, never within half an hour of it: no phase changes while a test runs. */
const OPENING = `now() + (n * 7919 % 20000 - 18000) * interval '1 hour' + interval '30 minutes'`;

/** What long descriptions go on with, 3 kB each: of 2,000 words, the same each time. */
export const LONG = Array.from({ length: 64 }, (_, text) =>
  Array.from({ length: 400 }, (__, word) => {
    const number = ((text * 400 + word) * 7919 + text * 104_729) % 2_000;
    const letters = (number * 48_271 + 11).toString(36);
    return word % 5 === 0 ? String.fromCodePoint(0xac00 + number, 0xac00 + number * 5) : letters;
  }).join(' '),
);

/** As {@link searchColumnsOf} gives it, where the rest of a product takes 350 bytes. */
function searchTextOf(description: string): string {
  const rest = 'x'.repeat(349);
  return searchColumnsOf({ name: rest, brands: [], description }).search_text.slice(1 + rest.length);
}

/**
 * Fills an empty catalog with so many products: of 20 categories, 500 sellers and 800 brands, at 10,000 prices, in
 * every phase; most sales are over, as after some years.
 *
 * @param url the database's
 * @param endings what their descriptions go on with
 */
export async function loadManyProducts(url: string, products: number, endings = ['']): Promise<void> {
  const log = openLog('catalog', 'silent');
  const database = openDatabase({ url, schema: 'catalog', log, statementTimeoutMs: LONGEST_MS });
  try {
    await database.run(
      `INSERT INTO category (id, name, name_key)
       SELECT ('00000000-0000-4000-9000-' || lpad(n::text, 12, '0'))::uuid, n, n FROM generate_series(0, 19) n`,
    );
    // Indexes are made much faster than they grow.
    const indexes = await database.query<{ indexname: string; indexdef: string }>(
      `SELECT indexname, indexdef FROM pg_indexes JOIN pg_index ON indexrelid = indexname::regclass
       WHERE tablename = 'product' AND NOT indisunique`,
    );
    for (const { indexname } of indexes) await database.run(`DROP INDEX ${indexname}`);
    await insertProducts(database, products, endings);
    for (const { indexdef } of indexes) await database.run(indexdef);
    // For the planner, and so that an index alone can say what is in it.
    await database.run('VACUUM ANALYZE product');
  } finally {
    await database.close();
  }
}

const insertProducts = (database: Sql, products: number, endings: readonly string[]) =>
  database.run(
    `INSERT INTO product (id, seller_id, category_id, name, description, brands, images, price, refund_tiers,
       opens_at, closes_at, paused, sold_out, total, limit_per_buyer, hold_minutes, created_at, search_text, brand_keys)
     SELECT gen_random_uuid(), ('00000000-0000-4000-8000-' || lpad((n * 7919 % 500)::text, 12, '0'))::uuid,
       ('00000000-0000-4000-9000-' || lpad((n * 31 % 20)::text, 12, '0'))::uuid,
       name, description || ' ' || ($2::text[])[ending], ARRAY[brand], '{}', 100 + n * 7907 % 9973 * 100, '[]',
       opens_at, CASE WHEN n % 4 > 0 THEN opens_at + n % 2000 * interval '1 hour' END,
       n % 97 = 0, n / 13 % 10 > 3, 100, 1, 30, now() - n * 7919 % 50000 * interval '1 second',
       ' ' || trim(regexp_replace(lower(regexp_replace(normalize(name || ' ' || brand || ' ' || description, NFKD),
         '[\u0300-\u036f]', '', 'g')), '[ ,]+', ' ', 'g')) || ($3::text[])[ending],
       ARRAY[lower(normalize(brand, NFKD))]
     FROM generate_series(0::bigint, $1 - 1) n, LATERAL (SELECT ${NAME} AS name, ${BRAND} AS brand,
       ${DESCRIPTION} AS description, ${OPENING} AS opens_at,
       1 + n % cardinality($2::text[]) AS ending) made`,
    [products, endings, endings.map(searchTextOf)],
  );

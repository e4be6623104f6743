import type { Sql } from '@stampede/shared/database';

/** Rows in one statement: it ends within the time that a statement has. */
const CHUNK = 5_000;

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

/**
 * Fills an empty catalog with so many products: of 20 categories, 500 sellers and 800 brands, at 10,000 prices, in
 * every phase; most sales are over, as after some years.
 */
export async function loadManyProducts(database: Sql, products: number): Promise<void> {
  await database.run(
    `INSERT INTO category (id, name, name_key)
     SELECT ('00000000-0000-4000-9000-' || lpad(n::text, 12, '0'))::uuid, n, n FROM generate_series(0, 19) n`,
  );
  for (let from = 0; from < products; from += CHUNK) await loadChunk(database, from, products);
  // For the planner, and so that an index alone can say what is in it.
  await database.run('VACUUM ANALYZE product');
}

const loadChunk = (database: Sql, from: number, products: number) =>
  database.run(
    `INSERT INTO product (id, seller_id, category_id, name, description, brands, images, price, refund_tiers,
       opens_at, closes_at, paused, sold_out, total, limit_per_buyer, hold_minutes, created_at, search_text, brand_keys)
     SELECT gen_random_uuid(), ('00000000-0000-4000-8000-' || lpad((n * 7919 % 500)::text, 12, '0'))::uuid,
       ('00000000-0000-4000-9000-' || lpad((n * 31 % 20)::text, 12, '0'))::uuid,
       name, description, ARRAY[brand], '{}', 100 + n * 7907 % 9973 * 100, '[]',
       opens_at, CASE WHEN n % 4 > 0 THEN opens_at + n % 2000 * interval '1 hour' END,
       n % 97 = 0, n / 13 % 10 > 3, 100, 1, 30, now() - n * 7919 % 50000 * interval '1 second',
       ' ' || trim(regexp_replace(lower(regexp_replace(normalize(name || ' ' || brand || ' ' || description, NFKD),
         '[\u0300-\u036f]', '', 'g')), '[ ,]+', ' ', 'g')),
       ARRAY[lower(normalize(brand, NFKD))]
     FROM generate_series($1::bigint, $2) n, LATERAL (SELECT ${NAME} AS name, ${BRAND} AS brand,
       ${DESCRIPTION} AS description, ${OPENING} AS opens_at) made`,
    [from, Math.min(from + CHUNK, products) - 1],
  );

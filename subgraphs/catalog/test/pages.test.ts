import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { encodeCursor } from '@stampede/shared/graphql';
import { randomUUID } from 'node:crypto';
import { ProductSort } from '../src/browse/product-sort.js';
import { openCatalog, type CatalogUnderTest } from './open-catalog.js';

const SORTS = Object.values(ProductSort);
let catalog: CatalogUnderTest;
beforeAll(async () => {
  catalog = await openCatalog();
});
afterAll(() => catalog[Symbol.asyncDispose]());

const PAGE = `query ($first: Int, $after: String, $sort: ProductSort, $filter: ProductFilter) {
  products(first: $first, after: $after, sort: $sort, filter: $filter) {
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { id } } } }`;
interface Ask {
  first: number;
  sort: string;
  after?: string | null;
  filter?: object;
}
const page = (ask: Ask) => catalog.ask(PAGE, ask);
async function pageOf(ask: Ask) {
  const { data, errors } = await page(ask);
  expect(errors).toBeUndefined();
  const { edges, pageInfo, totalCount } = data.products;
  const ids = edges.map((edge: { node: { id: string } }) => edge.node.id) as string[];
  return { ids, pageInfo, totalCount, cursors: edges.map(({ cursor }: { cursor: string }) => cursor) };
}

const HOUR = 3_600_000;
interface Place {
  /** From now, in hours. */
  opens: number;
  created?: string;
  price?: number;
  name?: string;
}
async function create({ opens, created, price = 1_000, name = 'Cap' }: Place): Promise<string> {
  const { id } = await catalog.create({ opensAt: new Date(now + opens * HOUR), price, name });
  if (created)
    await catalog.database.run('UPDATE product SET created_at = $2::timestamptz WHERE id = $1', [
      id,
      created,
    ]);
  return id;
}
const now = Date.now();
const remove = (ids: string[]) =>
  catalog.database.run('DELETE FROM product WHERE id = ANY($1::uuid[])', [ids]);

/** In the order of each sort; equal ones, of which there are three, come by id. */
const PLACES: Record<ProductSort, Place[]> = {
  NEWEST: ['12.000003', '12.000002', '12.000001', '12.000000', '11.999999'].map((at) => ({
    opens: 1,
    created: `2026-01-01T00:00:${at}Z`,
  })),
  OPENING_SOON: [1, 2, 300, -1, -2, -300].map((opens) => ({ opens })),
  PRICE_LOW: [100, 200, 3_000, 100_000_000_000].map((price) => ({ opens: 1, price })),
  PRICE_HIGH: [100_000_000_000, 3_000, 200, 100].map((price) => ({ opens: 1, price })),
  NAME: ['1 pair', 'apple', 'Ärmel', 'Banana', 'cap', 'Zebra', '가방', '나비', '하늘'].map((name) => ({
    opens: 1,
    name,
  })),
};
const falls = (sort: ProductSort, { opens }: Place) =>
  sort === ProductSort.NEWEST ||
  sort === ProductSort.PRICE_HIGH ||
  (sort === ProductSort.OPENING_SOON && opens < 0);

/** Makes three of each place. @returns their ids in the order of the list */
async function fill(sort: ProductSort): Promise<string[]> {
  const listed: string[] = [];
  for (const place of PLACES[sort]) {
    const equal = [await create(place), await create(place), await create(place)].toSorted();
    listed.push(...(falls(sort, place) ? equal.toReversed() : equal));
  }
  return listed;
}

describe.each(SORTS)('in the order %s', (sort) => {
  let listed: string[];
  beforeAll(async () => {
    listed = await fill(sort);
  });
  afterAll(() => remove(listed));

  test.each([1, 2, 7, 100])(
    'pages of %i show every product once, the equal ones by their ids',
    async (first) => {
      const seen: string[] = [];
      for (let after: string | null = null; ;) {
        const { ids, pageInfo, totalCount, cursors } = await pageOf({ first, after, sort });
        expect(totalCount).toBe(listed.length);
        expect(pageInfo).toMatchObject({ startCursor: cursors[0], endCursor: cursors.at(-1) });
        expect(pageInfo.hasPreviousPage).toBe(after !== null);
        seen.push(...ids);
        expect(pageInfo.hasNextPage).toBe(seen.length < listed.length);
        if (!pageInfo.hasNextPage) break;
        after = pageInfo.endCursor;
      }
      expect(seen).toEqual(listed);
    },
  );

  test('what comes and goes between two pages moves nothing that stays', async () => {
    const before = await pageOf({ first: 4, sort });
    // The row of the cursor goes, one before it and one after it; one comes at every place, old ones close.
    const gone = [listed[1]!, listed[3]!, listed[6]!];
    await catalog.database.run('UPDATE product SET sold_out = true, paused = true, closes_at = now()');
    await remove(gone);
    const come: string[] = [];
    for (const place of PLACES[sort]) come.push(await create(place));
    const rest: string[] = [];
    for (let { endCursor: after, hasNextPage } = before.pageInfo; hasNextPage;) {
      const { ids, pageInfo } = await pageOf({ first: 2, after, sort });
      rest.push(...ids);
      ({ endCursor: after, hasNextPage } = pageInfo);
    }
    await remove(come);
    expect(new Set(rest).size).toBe(rest.length);
    expect(rest.filter((id) => !come.includes(id))).toEqual(
      listed.slice(4).filter((id) => !gone.includes(id)),
    );
    expect(before.ids).toEqual(listed.slice(0, 4));
    listed = listed.filter((id) => !gone.includes(id));
  });
});

test('what has opened since the first page stays where it stood', async () => {
  const later = [await create({ opens: -2 }), await create({ opens: 1 })];
  const opened = [await create({ opens: -4 }), await create({ opens: -5 })];
  // The first page was asked for three hours ago, and ended with what was to open a microsecond after that.
  const then = new Date(now - 3 * HOUR).toISOString();
  const key = (microseconds: string) => then.replace('Z', `${microseconds}Z`);
  let after: string | null = encodeCursor('products:OPENING_SOON', key('000'), key('001'), randomUUID());
  const seen: string[] = [];
  while (after !== null) {
    const { ids, pageInfo } = await pageOf({ first: 1, sort: 'OPENING_SOON', after });
    seen.push(...ids);
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  }
  await remove([...later, ...opened]);
  expect(seen).toEqual([...later, ...opened]);
});

const ID = randomUUID();
const TIME = '2026-02-01T00:00:12.000000Z';
const raw = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const cursor = (sort: string, ...keys: unknown[]) => raw([`products:${sort}`, ...keys]);
test.each([
  ['nothing', 'NEWEST', ''],
  ['no base64', 'NEWEST', '%%%'],
  ['no JSON', 'NEWEST', Buffer.from('[').toString('base64url')],
  ['no list', 'NEWEST', raw({ 0: 'products:NEWEST' })],
  ['another list', 'NEWEST', encodeCursor('orders:ALL', TIME, ID)],
  ['another order', 'NEWEST', cursor('PRICE_LOW', TIME, ID)],
  ['another order, of equal keys', 'PRICE_LOW', cursor('PRICE_HIGH', '1000', ID)],
  ['no order', 'NEWEST', raw(['products', TIME, ID])],
  ['too few keys', 'OPENING_SOON', cursor('OPENING_SOON', TIME, ID)],
  ['too many keys', 'NEWEST', cursor('NEWEST', TIME, TIME, ID)],
  ['numbers', 'PRICE_LOW', cursor('PRICE_LOW', 1_000, ID)],
  ['nulls', 'NEWEST', cursor('NEWEST', null, null)],
  ['lists', 'NEWEST', cursor('NEWEST', [TIME], [ID])],
  ['no time', 'NEWEST', cursor('NEWEST', 'yesterday', ID)],
  ['an endless time', 'NEWEST', cursor('NEWEST', 'infinity', ID)],
  ['a time as only JavaScript reads it', 'NEWEST', cursor('NEWEST', 'Sat Feb 01 2026 00:00:00 GMT+0000', ID)],
  ['a year that PostgreSQL does not have', 'NEWEST', cursor('NEWEST', '-271821-04-20T00:00:00.000000Z', ID)],
  ['a year 0', 'NEWEST', cursor('NEWEST', '0000-02-01T00:00:00.000000Z', ID)],
  ['a day that is not', 'NEWEST', cursor('NEWEST', '2026-02-31T00:00:00.000000Z', ID)],
  ['an hour that is not', 'NEWEST', cursor('NEWEST', '2026-02-01T25:00:00.000000Z', ID)],
  ['no instant', 'OPENING_SOON', cursor('OPENING_SOON', '', TIME, ID)],
  ['no opening', 'OPENING_SOON', cursor('OPENING_SOON', TIME, '', ID)],
  ['no price', 'PRICE_LOW', cursor('PRICE_LOW', 'much', ID)],
  ['a price with a fraction', 'PRICE_LOW', cursor('PRICE_LOW', '1.5', ID)],
  ['a price beyond all', 'PRICE_HIGH', cursor('PRICE_HIGH', '9'.repeat(30), ID)],
  ['a name that cannot be kept', 'NAME', cursor('NAME', 'a\0', ID)],
  ['half a character', 'NAME', cursor('NAME', '\ud800', ID)],
  ['a name of 10 kB', 'NAME', cursor('NAME', 'a'.repeat(10_000), ID)],
  ['a megabyte', 'NAME', 'A'.repeat(500_000)],
  ['no id', 'NEWEST', cursor('NEWEST', TIME, '')],
  ['an id of dashes', 'NEWEST', cursor('NEWEST', TIME, '-'.repeat(36))],
  ['SQL', 'NEWEST', cursor('NEWEST', TIME, `${ID}'; DROP TABLE product; --`)],
])('refuses a cursor of %s', async (_, sort, after) => {
  const { data, errors } = await page({ first: 3, after, sort });
  expect(data).toBeNull();
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', fields: [{ path: 'after' }] } }]);
});

test('a cursor is checked where nothing can be found, too', async () => {
  const { errors } = await page({ first: 3, after: 'x', sort: 'NEWEST', filter: { search: '!!!' } });
  expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
});

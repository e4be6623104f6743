import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { openCatalog, SELLER, type CatalogUnderTest } from './open-catalog.js';

let catalog: CatalogUnderTest;
const CATEGORY = randomUUID();
const HOUR = 3_600_000;
beforeAll(async () => {
  catalog = await openCatalog();
  const at = (hours: number) => new Date(Date.now() + hours * HOUR);
  const opened = at(-2);
  await catalog.create({ name: '나이키 운동화', brands: ['나이키'], opensAt: opened, price: 189_000 });
  await catalog.create({ name: 'Café 100% cotton_shirt', brands: ['Sea-Works', '나이키'], opensAt: at(2) });
  await catalog.create({
    name: 'C:\\temp <b>poster</b>',
    description: 'Ärmellos',
    opensAt: opened,
    price: 100,
  });
  await catalog.create({ name: '겨울 모자', brands: ['!!!'], opensAt: at(-4), closesAt: at(-1) });
  // Closed before it was to open.
  await catalog.create({ name: '여름 모자', brands: ['여름'], opensAt: at(2), closesAt: at(3) });
  const set = (name: string, change: string) =>
    catalog.database.run(`UPDATE product SET ${change} WHERE name LIKE $1`, [name]);
  await catalog.database.run(`INSERT INTO category (id, name, name_key) VALUES ($1, 'Caps', 'caps')`, [
    CATEGORY,
  ]);
  await set('%모자', `category_id = '${CATEGORY}'`);
  await set('여름%', `closes_at = now() - interval '1 hour', paused = true`);
  await set('나이키%', 'paused = true, sold_out = true');
  await set('C:%', 'sold_out = true');
});
afterAll(() => catalog[Symbol.asyncDispose]());

const LIST = `query ($filter: ProductFilter) { products(filter: $filter, sort: NAME) {
  totalCount edges { node { name } } } }`;
const list = (filter: object | null) => catalog.ask(LIST, { filter });
async function found(filter: object | null): Promise<string[]> {
  const { data, errors } = await list(filter);
  expect(errors).toBeUndefined();
  const names = data.products.edges.map(({ node }: { node: { name: string } }) => node.name) as string[];
  expect(data.products.totalCount).toBe(names.length);
  return names;
}

const POSTER = 'C:\\temp <b>poster</b>';
const SHIRT = 'Café 100% cotton_shirt';
const WINTER = '겨울 모자';
const SHOE = '나이키 운동화';
const SUMMER = '여름 모자';
const ALL = [POSTER, SHIRT, WINTER, SHOE, SUMMER];

test.each([
  ['운동화', [SHOE]],
  // Within a word, from the middle of it, and as it is typed.
  ['동화', [SHOE]],
  ['운ㄷ', [SHOE]],
  ['모자', [WINTER, SUMMER]],
  ['겨울모자', []],
  ['모자 겨울', [WINTER]],
  ['CAFE', [SHIRT]],
  ['cafe\u0301', [SHIRT]],
  ['otton', [SHIRT]],
  ['armel', [POSTER]],
  ['rmellos', [POSTER]],
  // Fewer than three letters: from the beginning of a word.
  ['te', [POSTER]],
  ['em', []],
  ['모', [WINTER, SUMMER]],
  ['자', []],
  ['b', [POSTER]],
  ['100', [SHIRT]],
  // Brands are looked through as well.
  ['sea works', [SHIRT]],
  ['나이키', [SHIRT, SHOE]],
  // Nothing is a wildcard; signs stand between words.
  ['100%', [SHIRT]],
  ['c%shirt', [SHIRT]],
  ['_shirt', [SHIRT]],
  ['cot_on', []],
  ['cot%on', []],
  ['c\\temp', [POSTER]],
  ['%', []],
  ['_', []],
  ['\\', []],
  ['%%%%%%', []],
  ['!?…', []],
  ['❤️', []],
  ['<b>poster</b>', [POSTER]],
  [`'; DROP TABLE product; --`, []],
  // What PostgreSQL could not take does not reach it.
  ['caf\0e', []],
  ['\ud800', []],
  ['po\udc00ster', [POSTER]],
  ['\0', []],
])('the search %j finds %j', async (search, names) => {
  expect(await found({ search })).toEqual(names);
});

test.each([[null], [{}], [{ search: '' }], [{ search: ' \n\t ' }], [{ brand: ' ' }], [{ minPrice: 0 }]])(
  'the filter %j leaves all',
  async (filter) => {
    expect(await found(filter)).toEqual(ALL);
  },
);

test('nulls are as if they were left out', async () => {
  const nothing = {
    search: null,
    categoryId: null,
    brand: null,
    phase: null,
    minPrice: null,
    maxPrice: null,
  };
  expect(await found({ ...nothing, sellerId: null })).toEqual(ALL);
});

test.each([
  [{ brand: '나이키' }, [SHIRT, SHOE]],
  [{ brand: 'sea works' }, [SHIRT]],
  [{ brand: 'SEA-WORKS!' }, [SHIRT]],
  [{ brand: 'sea' }, []],
  [{ brand: '!!!' }, [WINTER]],
  [{ brand: '!!' }, []],
  [{ brand: '\0' }, []],
  [{ brand: '{"a"}' }, []],
  [{ categoryId: CATEGORY }, [WINTER, SUMMER]],
  [{ categoryId: CATEGORY.toUpperCase() }, [WINTER, SUMMER]],
  [{ categoryId: randomUUID() }, []],
  [{ categoryId: 'caps' }, []],
  [{ categoryId: '' }, []],
  [{ sellerId: (SELLER as { userId: string }).userId }, ALL],
  [{ sellerId: randomUUID() }, []],
  [{ sellerId: '%' }, []],
  [{ minPrice: 100_000 }, [SHIRT, WINTER, SHOE, SUMMER]],
  [{ minPrice: 100_001 }, [SHOE]],
  [{ maxPrice: 100 }, [POSTER]],
  [{ maxPrice: 0 }, []],
  [{ minPrice: 189_000, maxPrice: 189_000 }, [SHOE]],
  [{ maxPrice: Number.MAX_SAFE_INTEGER }, ALL],
  [{ phase: 'SCHEDULED' }, [SHIRT]],
  [{ phase: 'CLOSED' }, [WINTER, SUMMER]],
  [{ phase: 'PAUSED' }, [SHOE]],
  [{ phase: 'SOLD_OUT' }, [POSTER]],
  [{ phase: 'OPEN' }, []],
  [
    { search: '모자', phase: 'CLOSED', categoryId: CATEGORY, minPrice: 1, maxPrice: 200_000 },
    [WINTER, SUMMER],
  ],
  [{ search: '모자', phase: 'OPEN' }, []],
])('the filter %j leaves %j', async (filter, names) => {
  expect(await found(filter)).toEqual(names);
});

test('who has units left is open, who has none is sold out', async () => {
  await catalog.database.run('UPDATE product SET sold_out = false WHERE name = $1', [POSTER]);
  expect(await found({ phase: 'OPEN' })).toEqual([POSTER]);
  expect(await found({ phase: 'SOLD_OUT' })).toEqual([]);
});

test('what can find nothing is answered without a look', async () => {
  const before = catalog.asked.statements;
  for (const filter of [{ search: '%' }, { categoryId: 'x' }, { sellerId: 'x' }, { brand: '\0' }])
    await found(filter);
  expect(catalog.asked.statements).toBe(before);
});

test.each([
  ['search', { search: 'a'.repeat(101) }],
  ['search', { search: '%'.repeat(10_000) }],
  ['search', { search: '신발 '.repeat(3_000) }],
  ['search', { search: 'a b c d e f g h i' }],
  ['brand', { brand: 'a'.repeat(10_000) }],
  ['minPrice', { minPrice: -1 }],
  ['maxPrice', { maxPrice: -1 }],
  ['maxPrice', { minPrice: 2, maxPrice: 1 }],
])('a mistake in %s is said to be there', async (path, filter) => {
  const { data, errors } = await list(filter);
  expect(data).toBeNull();
  expect(errors).toMatchObject([
    { extensions: { code: 'BAD_USER_INPUT', fields: [{ path: `filter.${path}` }] } },
  ]);
  expect(errors![0]!.extensions.fields).toHaveLength(1);
});

test('every mistake is said at once', async () => {
  const { errors } = await list({ search: 'a'.repeat(101), minPrice: -1, maxPrice: -2 });
  const paths = (errors![0]!.extensions.fields as { path: string }[]).map(({ path }) => path);
  expect(paths).toEqual(['filter.search', 'filter.minPrice', 'filter.maxPrice']);
});

test.each([{ phase: 'ENDED' }, { minPrice: 1.5 }, { minPrice: 2 ** 53 }, { search: 1 }, { wished: true }])(
  'the filter %j is no filter',
  async (filter) => {
    const { errors } = await list(filter);
    expect(errors).toHaveLength(1);
  },
);

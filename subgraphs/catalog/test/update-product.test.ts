import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Unavailable } from '@stampede/shared/errors';
import type { ProductChanged } from '@stampede/shared/messages';
import { openLog } from '@stampede/shared/telemetry';
import { eventually } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import type { Product } from '../src/product.entity.js';
import type { LockedRow } from '../src/change-settings.js';
import type { ProductRow } from '../src/product-row.js';
import { problemsOfFreeze } from '../src/update-product/freeze.js';
import { updateProduct } from '../src/update-product/update-product.js';
import { openCatalog, SELLER, type CatalogUnderTest } from './open-catalog.js';

let catalog: CatalogUnderTest;
beforeAll(async () => {
  catalog = await openCatalog();
});
afterAll(() => catalog[Symbol.asyncDispose]());

const HOUR = 3_600_000;
const inHours = (hours: number) => new Date(Date.now() + hours * HOUR);
const UPDATE = `mutation ($id: ID!, $patch: ProductPatch!) { updateProduct(id: $id, patch: $patch) {
  id name description brands category { name } images price { amount }
  refundPolicy { usedOn tiers { daysBefore percent } }
  sale { phase opensAt closesAt limitPerBuyer holdMinutes timeZone } stock { total } } }`;
const update = (id: string, patch: object) => catalog.ask(UPDATE, { id, patch }, SELLER);
const rowOf = async (id: string) => {
  const [row] = await catalog.database.query<ProductRow & { search_text: string; brand_keys: string[] }>(
    'SELECT * FROM product WHERE id = $1',
    [id],
  );
  return row!;
};
const settingsOf = async (id: string) => (await catalog.inventory.read([id]))[0]?.settings;
const toldOf = (id: string) =>
  catalog.database.query<{ body: ProductChanged }>(
    `SELECT body FROM outbox WHERE routing_key = 'product.changed' AND body->>'productId' = $1 ORDER BY body->'version'`,
    [id],
  );
const createCategory = async (name: string) => {
  const [row] = await catalog.database.query<{ id: string }>(
    'INSERT INTO category (name, name_key) VALUES ($1, $2) RETURNING id',
    [name, randomUUID()],
  );
  return row!.id;
};

test('changes everything that a patch can, as one version, in Redis by the time of its answer', async () => {
  const { id } = await catalog.create({ opensAt: inHours(1) });
  await catalog.load(id);
  const patch = {
    name: ' <b>Night</b> runner ',
    description: '한정판',
    brands: ['Sea', ' Mountain '],
    categoryId: (await createCategory('Sneakers')).toUpperCase(),
    images: ['https://images.example/1.jpg'],
    price: 123_000,
    opensAt: inHours(2).toISOString(),
    closesAt: inHours(3).toISOString(),
    limitPerBuyer: 3,
    holdMinutes: 7,
    usedOn: inHours(4).toISOString(),
    timeZone: 'america/new_york',
    refundTiers: [
      { daysBefore: 0, percent: 10 },
      { daysBefore: 3, percent: 100 },
    ],
  };
  const { opensAt, closesAt, limitPerBuyer, holdMinutes } = patch;
  expect(await update(id, patch)).toEqual({
    data: {
      updateProduct: {
        id,
        name: '<b>Night</b> runner',
        description: '한정판',
        brands: ['Sea', 'Mountain'],
        category: { name: 'Sneakers' },
        images: patch.images,
        price: { amount: 123_000 },
        refundPolicy: { usedOn: patch.usedOn, tiers: patch.refundTiers.toReversed() },
        sale: {
          phase: 'SCHEDULED',
          opensAt,
          closesAt,
          limitPerBuyer,
          holdMinutes,
          timeZone: 'America/New_York',
        },
        stock: { total: 10 },
      },
    },
  });
  expect(await settingsOf(id)).toMatchObject({ version: 2, termsVersion: 2, holdMinutes: 7 });
  const row = await rowOf(id);
  expect(row.brand_keys).toEqual(['sea', 'mountain']);
  expect(row.search_text).toContain(' night');
  const told = (await toldOf(id)).map(({ body }) => [
    body.version,
    body.name,
    body.unitPrice,
    body.refundPolicy.timeZone,
  ]);
  expect(told).toEqual([
    [1, 'Test sneaker', 100_000, 'Asia/Seoul'],
    [2, '<b>Night</b> runner', 123_000, 'America/New_York'],
  ]);
});

test('null is what leaving it out would have been', async () => {
  const { id } = await catalog.create({
    opensAt: inHours(1),
    closesAt: inHours(2),
    usedOn: inHours(3),
    timeZone: 'Asia/Tokyo',
    description: 'Some',
    categoryId: await createCategory('Tickets'),
    images: [new URL('https://images.example/1.jpg')],
    limitPerBuyer: 5,
    holdMinutes: 5,
    refundTiers: [{ daysBefore: 1, percent: 1 }],
  });
  const nulls = [
    'description',
    'categoryId',
    'images',
    'closesAt',
    'limitPerBuyer',
    'holdMinutes',
    'usedOn',
    'timeZone',
  ];
  const patch = Object.fromEntries([...nulls, 'refundTiers'].map((field) => [field, null]));
  const { data, errors } = await update(id, patch);
  expect(errors).toBeUndefined();
  expect(data.updateProduct).toMatchObject({
    name: 'Test sneaker',
    description: '',
    category: null,
    images: [],
    sale: { closesAt: null, limitPerBuyer: 1, holdMinutes: 30, timeZone: 'Asia/Seoul' },
    refundPolicy: { usedOn: null, tiers: [{ daysBefore: 0, percent: 100 }] },
  });
});

const AN_HOUR_FROM_NOW = inHours(1).toISOString();
const problems: [what: string, patch: object, ...paths: string[]][] = [
  [
    'to take away what must be',
    { name: null, brands: null, price: null, opensAt: null },
    'name',
    'brands',
    'price',
    'opensAt',
  ],
  ['null beside other mistakes', { name: null, price: 1 }, 'name', 'price'],
  ['an empty name', { name: ' ' }, 'name'],
  ['a name that no database keeps', { name: 'a\0b' }, 'name'],
  ['no brand', { brands: [] }, 'brands'],
  ['an image by plain http', { images: ['http://images.example/1.jpg'] }, 'images.0'],
  ['a price below the least', { price: 99 }, 'price'],
  ['a limit of 0', { limitPerBuyer: 0 }, 'limitPerBuyer'],
  ['more than a day to pay', { holdMinutes: 1_441 }, 'holdMinutes'],
  [
    'a tier of more than everything',
    { refundTiers: [{ daysBefore: 0, percent: 101 }] },
    'refundTiers.0.percent',
  ],
  ['an opening in another age', { opensAt: '9999-01-01T00:00:00Z' }, 'opensAt'],
  ['a time zone that is an offset', { timeZone: '-05:00' }, 'timeZone'],
  ['a category that is no id', { categoryId: 'shoes' }, 'categoryId'],
  ['a category that is not there', { categoryId: randomUUID() }, 'categoryId'],
  ['a closing before the opening', { closesAt: AN_HOUR_FROM_NOW }, 'closesAt'],
  ['an opening after the closing', { opensAt: inHours(5).toISOString() }, 'closesAt', 'usedOn'],
  ['a closing that has come', { closesAt: '2026-01-01T00:00:00Z' }, 'closesAt', 'closesAt'],
  ['a day of use before the opening', { usedOn: AN_HOUR_FROM_NOW }, 'usedOn'],
];
test.each(problems)('refuses %s, says where, and changes nothing', async (_, patch, ...paths) => {
  const { id } = await catalog.create({ opensAt: inHours(2), closesAt: inHours(3), usedOn: inHours(4) });
  const { data, errors } = await update(id, patch);
  expect(data).toBeNull();
  expect(errors?.[0]?.extensions).toEqual({
    code: 'BAD_USER_INPUT',
    fields: paths.map((path) => ({ path: `patch.${path}`, message: expect.any(String) })),
  });
  expect((await rowOf(id)).version).toBe(1);
});

test('stock is not for a patch', async () => {
  const { id } = await catalog.create();
  const { errors } = await update(id, { stock: 11 });
  expect(errors?.[0]?.message).toContain('Field "stock" is not defined');
});

test('a patch that changes nothing is no version, and is told nobody', async () => {
  const { id } = await catalog.create({ opensAt: inHours(-1), refundTiers: [{ daysBefore: 2, percent: 5 }] });
  await catalog.load(id);
  const row = await rowOf(id);
  // What is frozen may be said again as it is.
  const same = {
    name: row.name,
    brands: row.brands,
    price: row.price,
    opensAt: row.opens_at.toISOString(),
    limitPerBuyer: row.limit_per_buyer,
    refundTiers: row.refund_tiers,
    closesAt: null,
    timeZone: 'asia/SEOUL',
  };
  for (const patch of [{}, same]) {
    expect((await update(id, patch)).errors).toBeUndefined();
    expect(await rowOf(id)).toEqual(row);
  }
  expect(await toldOf(id)).toHaveLength(1);
});

test('patches at once all apply, each its own fields', async () => {
  const { id } = await catalog.create({ opensAt: inHours(1) });
  await catalog.load(id);
  const patches = [{ name: 'New' }, { price: 5_000 }, { limitPerBuyer: 4 }, { description: 'Newer' }];
  const answers = await Promise.all(patches.map((patch) => update(id, patch)));
  expect(answers.flatMap(({ errors = [] }) => errors)).toEqual([]);
  expect(await rowOf(id)).toMatchObject({
    version: 5,
    name: 'New',
    price: 5_000,
    limit_per_buyer: 4,
    description: 'Newer',
  });
  await eventually(async () => expect(await catalog.effects.pending()).toBe(0));
  expect(await settingsOf(id)).toMatchObject({ version: 5, limitPerBuyer: 4 });
});

test('the terms are of the version that last changed what an order copies', async () => {
  const { id } = await catalog.create({ opensAt: inHours(1) });
  await catalog.load(id);
  const steps: [patch: object, terms: number][] = [
    [{ description: 'Other' }, 1],
    [{ name: 'Other' }, 3],
    [{ images: ['https://images.example/2.jpg'], limitPerBuyer: 2 }, 3],
    [{ price: 200 }, 5],
    [{ usedOn: inHours(9).toISOString() }, 6],
    [{ brands: ['B'] }, 6],
    [{ refundTiers: [] }, 8],
    [{ limitPerBuyer: 3 }, 8],
    [{ timeZone: 'Europe/London' }, 10],
  ];
  for (const [index, [patch, terms]] of steps.entries()) {
    expect((await update(id, patch)).errors).toBeUndefined();
    expect(await settingsOf(id)).toMatchObject({ version: index + 2, termsVersion: terms });
  }
});

test('once a sale has opened, its terms to the buyer stand still, and the rest goes on', async () => {
  const opensAt = new Date(Date.now() - 60_000);
  const { id } = await catalog.create({ opensAt });
  await catalog.load(id);
  const frozen = { price: 99_000, limitPerBuyer: 2, holdMinutes: 1, opensAt: inHours(1).toISOString() };
  const { errors } = await update(id, { ...frozen, name: 'Not this either' });
  const since = new Date(opensAt.getTime() - 10_000).toISOString();
  expect(errors?.[0]?.extensions).toEqual({
    code: 'BAD_USER_INPUT',
    fields: Object.keys(frozen).map((field) => ({
      path: `patch.${field}`,
      message: `is frozen since ${since}, 10 s before the sale opens.`,
    })),
  });
  expect((await rowOf(id)).version).toBe(1);
  const { data } = await update(id, {
    name: 'Better',
    usedOn: inHours(9).toISOString(),
    closesAt: AN_HOUR_FROM_NOW,
  });
  expect(data.updateProduct).toMatchObject({
    name: 'Better',
    sale: { phase: 'OPEN', closesAt: AN_HOUR_FROM_NOW },
  });
});

const OPENS = 1_800_000_000_000;
test.each<[what: string, now: number, opensAt: number | undefined, frozen: string[]]>([
  ['a millisecond before the freeze', OPENS - 10_001, undefined, []],
  ['as it begins', OPENS - 10_000, undefined, ['price']],
  ['when the new opening is within it', OPENS - 60_000, OPENS - 50_000, ['price']],
  ['when the new opening is not', OPENS - 60_000, OPENS - 49_999, []],
  ['when the new opening would end it', OPENS - 10_000, OPENS + HOUR, ['price', 'opensAt']],
])('freezes %s', (_, now, opensAt, frozen) => {
  const row = { opens_at: new Date(OPENS) } as LockedRow;
  const change = { price: 1_000, ...(opensAt && { opens_at: new Date(opensAt) }) };

  expect(problemsOfFreeze(row, change, now).map(({ path }) => path)).toEqual(frozen);
});

test.each<[what: string, now: number, opensAt: number, frozen: string[]]>([
  ['to open now', 9_999, 0, ['opensAt']],
  ['to open soon', 1_000, 9_999, ['opensAt']],
  ['to open later', 1_000, 10_000, []],
  ['to open now, later', 10_000, 0, []],
])('after a change of the price it may not come too soon for a sale %s', (_, now, opensAt, frozen) => {
  const row = { opens_at: new Date(OPENS), frozen_changed_at: new Date(OPENS - HOUR) } as LockedRow;
  const at = OPENS - HOUR;
  const problems = problemsOfFreeze(row, { opens_at: new Date(at + opensAt) }, at + now);
  expect(problems.map(({ path }) => path)).toEqual(frozen);
});

test('a sale is opened now, unless its price, limit or hold has just changed', async () => {
  const patches = [{ price: 5_000 }, { limitPerBuyer: 3 }, { holdMinutes: 5 }, { name: 'Other' }];
  const refused: (string | undefined)[] = [];
  for (const patch of patches) {
    const { id } = await catalog.create({ opensAt: inHours(1) });
    expect((await update(id, patch)).errors).toBeUndefined();
    const { errors } = await update(id, { opensAt: new Date().toISOString() });
    refused.push((errors?.[0]?.extensions as { fields: { path: string }[] } | undefined)?.fields[0]?.path);
  }
  expect(refused).toEqual(['patch.opensAt', 'patch.opensAt', 'patch.opensAt', undefined]);
});

const partsAt = (now: () => Promise<number>) => ({
  database: catalog.database,
  inventory: { ...catalog.inventory, now },
  log: openLog('catalog', 'silent'),
});
const FROZEN = { extensions: { code: 'BAD_USER_INPUT', fields: [{ path: 'patch.price' }] } };

test('a patch that waited for a lock until the freeze is refused', async () => {
  const { id, settings } = await catalog.create({ opensAt: inHours(1) });
  let updating: Promise<Product> | undefined;
  await catalog.database.transaction('test', async (tx) => {
    await tx.run('SELECT FROM product WHERE id = $1 FOR UPDATE', [id]);
    const askedAt = performance.now();
    updating = updateProduct(
      partsAt(() => Promise.resolve(settings.opensAt - 10_050)),
      id,
      { price: 5_000 },
    );
    updating.catch(() => undefined);
    await eventually(async () => {
      const [row] = await catalog.database.query<{ waiting: boolean }>(
        `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
           AND wait_event_type = 'Lock' AND query LIKE '%FROM product%FOR NO KEY UPDATE') AS waiting`,
      );
      expect(row?.waiting).toBe(true);
      expect(performance.now() - askedAt).toBeGreaterThan(100);
    });
  });
  await expect(updating).rejects.toMatchObject(FROZEN);
  expect((await rowOf(id)).price).toBe(100_000);
});

test('while Redis is away the freeze goes by PostgreSQL’s clock', async () => {
  const away = partsAt(() => Promise.reject(new Unavailable('Redis')));
  const late = await catalog.create({ opensAt: new Date(Date.now() + 5_000) });
  await expect(updateProduct(away, late.id, { price: 5_000 })).rejects.toMatchObject(FROZEN);
  const early = await catalog.create({ opensAt: inHours(1) });
  expect(await updateProduct(away, early.id, { price: 5_000 })).toMatchObject({ price: { amount: 5_000 } });
});

test('who looks at a product is shown what it is called now', async () => {
  const { id } = await catalog.create();
  await catalog.load(id);
  const stream = (await catalog.subscribe(
    'subscription ($ids: [ID!]!) { stockChanged(productIds: $ids) { name } }',
    { ids: [id] },
  )) as AsyncGenerator<{ data: { stockChanged: { name: string } } }>;
  expect((await stream.next()).value.data.stockChanged.name).toBe('Test sneaker');
  await update(id, { name: 'Renamed' });
  expect((await stream.next()).value.data.stockChanged.name).toBe('Renamed');
  await stream.return(undefined);
});

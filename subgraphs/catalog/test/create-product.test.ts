import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ANONYMOUS } from '@stampede/shared/identity';
import { randomUUID } from 'node:crypto';
import { openCatalog, productInput, SELLER, type CatalogUnderTest } from './open-catalog.js';

let catalog: CatalogUnderTest;
beforeAll(async () => {
  catalog = await openCatalog();
});
afterAll(() => catalog[Symbol.asyncDispose]());

const CREATE = `mutation ($input: ProductInput!) { createProduct(input: $input) {
  id name description brands category { name } images price { amount currency } createdAt
  refundPolicy { usedOn tiers { daysBefore percent } } seller { id }
  sale { opensAt closesAt limitPerBuyer holdMinutes timeZone } stock { total } } }`;
const create = (input: object, identity = SELLER) => catalog.ask(CREATE, { input }, identity);
const required = () => {
  const { name, brands, price, stock, opensAt } = productInput();
  return { name, brands, price, stock, opensAt };
};
const products = async () => {
  const [row] = await catalog.database.query<{ count: number }>('SELECT count(*) FROM product');
  return row?.count;
};
const tier = { daysBefore: 1, percent: 50 };
const twelve = <T>(item: T) => Array.from({ length: 12 }, () => item);

const problems: [what: string, change: object, ...paths: string[]][] = [
  ['no name', { name: '' }, 'input.name'],
  ['a name of spaces', { name: '   ' }, 'input.name'],
  ['a name that is too long', { name: 'x'.repeat(201) }, 'input.name'],
  ['a name that no database keeps', { name: 'a\0b' }, 'input.name'],
  ['a name with half a character', { name: 'a\ud800b' }, 'input.name'],
  ['a long description', { description: 'x'.repeat(10_001) }, 'input.description'],
  ['a description that no database keeps', { description: '\0' }, 'input.description'],
  ['no brand', { brands: [] }, 'input.brands'],
  ['an empty brand', { brands: ['A', ' '] }, 'input.brands.1'],
  ['too many brands', { brands: twelve('A') }, 'input.brands'],
  ['an image by plain http', { images: ['http://images.example/1.jpg'] }, 'input.images.0'],
  ['an image that is a script', { images: ['javascript:alert(1)'] }, 'input.images.0'],
  ['too many images', { images: twelve('https://images.example/1.jpg') }, 'input.images'],
  ['a price of 0', { price: 0 }, 'input.price'],
  ['a negative price', { price: -100 }, 'input.price'],
  ['a price below the least', { price: 99 }, 'input.price'],
  ['a price whose baskets cannot be added up', { price: 1_000_000_000_000 }, 'input.price'],
  ['no stock', { stock: 0 }, 'input.stock'],
  ['negative stock', { stock: -1 }, 'input.stock'],
  ['too much stock', { stock: 1_000_001 }, 'input.stock'],
  ['a limit of 0', { limitPerBuyer: 0 }, 'input.limitPerBuyer'],
  ['a limit that is too high', { limitPerBuyer: 1_001 }, 'input.limitPerBuyer'],
  ['no time to pay', { holdMinutes: 0 }, 'input.holdMinutes'],
  ['more than a day to pay', { holdMinutes: 1_441 }, 'input.holdMinutes'],
  ['a sale before there were computers', { opensAt: '1960-01-01T00:00:00Z' }, 'input.opensAt'],
  ['a sale in another age', { opensAt: '9999-01-01T00:00:00Z' }, 'input.opensAt'],
  [
    'a sale that closes when it opens',
    { opensAt: '2026-01-01T00:00:00Z', closesAt: '2026-01-01T00:00:00Z' },
    'input.closesAt',
  ],
  ['a category that is no id', { categoryId: 'shoes' }, 'input.categoryId'],
  ['a category that is not there', { categoryId: randomUUID() }, 'input.categoryId'],
  ['a day of use as it opens', { usedOn: '2026-01-01T00:00:00Z' }, 'input.usedOn'],
  ...[
    '+09:00',
    'GMT+9',
    'KST',
    'CST',
    'SystemV/EST5',
    'Asia/Atlantis',
    ' Asia/Seoul',
    'Asia/Seoul\0',
    '',
  ].map((timeZone): [string, object, string] => [
    `a time zone that is none: ${JSON.stringify(timeZone)}`,
    { timeZone },
    'input.timeZone',
  ]),
  ['a day of use in another age', { usedOn: '9999-01-01T00:00:00Z' }, 'input.usedOn'],
  [
    'a tier of more than everything',
    { refundTiers: [{ ...tier, percent: 101 }] },
    'input.refundTiers.0.percent',
  ],
  ['a tier of less than nothing', { refundTiers: [{ ...tier, percent: -1 }] }, 'input.refundTiers.0.percent'],
  ['a tier after the day', { refundTiers: [{ ...tier, daysBefore: -1 }] }, 'input.refundTiers.0.daysBefore'],
  ['two tiers of one day', { refundTiers: [tier, { ...tier, percent: 60 }] }, 'input.refundTiers'],
  [
    'too many tiers',
    { refundTiers: twelve(0).map((_, daysBefore) => ({ ...tier, daysBefore })) },
    'input.refundTiers',
  ],
  ['a short idempotency key', { idempotencyKey: 'short' }, 'input.idempotencyKey'],
  ['an idempotency key with a space', { idempotencyKey: 'with a space' }, 'input.idempotencyKey'],
  ['several mistakes', { name: '', price: 1, stock: 0 }, 'input.name', 'input.price', 'input.stock'],
];

test.each(problems)('refuses %s, and says where', async (_, change, ...paths) => {
  const before = await products();
  const { data, errors } = await create({ ...required(), ...change });
  expect(data).toBeNull();
  expect(errors).toHaveLength(1);
  expect(errors?.[0]?.extensions).toEqual({
    code: 'BAD_USER_INPUT',
    fields: paths.map((path) => ({ path, message: expect.any(String) })),
  });
  expect(await products()).toBe(before);
});

test('takes each bound itself', async () => {
  const { data, errors } = await create({
    name: 'x'.repeat(200),
    description: 'x'.repeat(10_000),
    brands: Array.from({ length: 10 }, () => 'x'.repeat(100)),
    images: Array.from({ length: 10 }, () => 'https://images.example/1.jpg'),
    price: 100_000_000_000,
    stock: 1_000_000,
    limitPerBuyer: 1_000,
    holdMinutes: 1_440,
    opensAt: '2000-01-01T00:00:00.000Z',
    closesAt: '2000-01-01T00:00:00.001Z',
    refundTiers: [
      { daysBefore: 0, percent: 0 },
      { daysBefore: 3_650, percent: 100 },
    ],
    idempotencyKey: 'x'.repeat(64),
  });
  expect(errors).toBeUndefined();
  expect(data.createProduct).toMatchObject({
    price: { amount: 100_000_000_000, currency: 'KRW' },
    stock: { total: 1_000_000 },
    sale: { limitPerBuyer: 1_000, holdMinutes: 1_440, closesAt: '2000-01-01T00:00:00.001Z' },
    refundPolicy: {
      tiers: [
        { daysBefore: 3_650, percent: 100 },
        { daysBefore: 0, percent: 0 },
      ],
    },
  });
});

test('fills in what is left out, also when it is null', async () => {
  const nulls = {
    description: null,
    categoryId: null,
    images: null,
    closesAt: null,
    usedOn: null,
    timeZone: null,
    limitPerBuyer: null,
    holdMinutes: null,
    refundTiers: null,
  };
  for (const input of [required(), { ...required(), ...nulls }]) {
    const { data } = await create(input);
    expect(data.createProduct).toMatchObject({
      description: '',
      category: null,
      images: [],
      sale: { closesAt: null, limitPerBuyer: 1, holdMinutes: 30, timeZone: 'Asia/Seoul' },
      refundPolicy: { usedOn: null, tiers: [{ daysBefore: 0, percent: 100 }] },
      seller: { id: (SELLER as { userId: string }).userId },
    });
  }
});

test.each([
  ['Pacific/Kiritimati', 'Pacific/Kiritimati'],
  ['asia/TOKYO', 'Asia/Tokyo'],
  ['US/Eastern', 'America/New_York'],
  ['Etc/GMT+12', 'Etc/GMT+12'],
  ['utc', 'UTC'],
])('takes the time zone %s, by its one name', async (timeZone, name) => {
  const { data } = await create({ ...required(), timeZone });
  expect(data.createProduct.sale.timeZone).toBe(name);
});

test('the same key of the same seller gives the same product, told to the others once', async () => {
  const idempotencyKey = 'same-product';
  const input = { ...required(), idempotencyKey };
  const answers = await Promise.all([create(input), create(input), create(input)]);
  const ids = new Set(answers.map(({ data }) => data.createProduct.id as string));
  expect(ids.size).toBe(1);
  const told = await catalog.database.query(
    `SELECT 1 FROM outbox WHERE routing_key = 'product.changed' AND body->>'productId' = $1`,
    [[...ids][0]],
  );
  expect(told).toHaveLength(1);

  const other = { ...SELLER, userId: randomUUID() } as typeof SELLER;
  const theirs = await create(input, other);
  expect(ids).not.toContain(theirs.data.createProduct.id);
});

test('the same key with anything else is a conflict, and the product stays as it is', async () => {
  const idempotencyKey = 'one-product';
  const first = await create({ ...required(), idempotencyKey });
  const { id } = first.data.createProduct;
  const others = [
    { name: 'Other' },
    { stock: 11 },
    { closesAt: '2026-05-01T00:00:00Z' },
    { limitPerBuyer: 2 },
    { timeZone: 'Asia/Tokyo' },
  ];
  for (const other of others) {
    const { errors } = await create({ ...required(), ...other, idempotencyKey });
    expect(errors?.[0]?.extensions.code).toBe('IDEMPOTENCY_CONFLICT');
  }
  // Said in full, and with what nobody sees.
  const same = { name: ` ${required().name}`, description: null, limitPerBuyer: 1, holdMinutes: null };
  expect((await create({ ...required(), ...same, idempotencyKey })).data.createProduct.id).toBe(id);
  // Whatever has become of it since: it is the product that the key made.
  await catalog.database.run(`UPDATE product SET name = 'Changed since' WHERE id = $1`, [id]);
  expect((await create({ ...required(), idempotencyKey })).data.createProduct).toMatchObject({
    id,
    name: 'Changed since',
  });
});

test('products without a key are products of their own', async () => {
  const [one, two] = await Promise.all([create(required()), create(required())]);
  expect(one.data.createProduct.id).not.toBe(two.data.createProduct.id);
});

test('texts are kept as they are, whatever they look like', async () => {
  const texts = {
    name: `<script>alert('x')</script> "&amp;" '; DROP TABLE product; --`,
    description: 'two\nlines\tand \\ 한정판 👟',
    brands: ['<b>A</b>', '${B}'],
  };
  const { data } = await create({ ...required(), ...texts });
  expect(data.createProduct).toMatchObject(texts);
  expect(await products()).toBeGreaterThan(0);
});

test('only sellers create products', async () => {
  const before = await products();
  for (const role of ['BUYER', 'OPERATOR'] as const) {
    const { errors } = await create(required(), { ...SELLER, role } as typeof SELLER);
    expect(errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  }
  for (const identity of [ANONYMOUS, { kind: 'service', service: 'order' } as const]) {
    expect((await create(required(), identity)).errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
  }
  expect(await products()).toBe(before);
});

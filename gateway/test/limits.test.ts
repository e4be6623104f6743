import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { getIntrospectionQuery, parse } from 'graphql';
import { measure } from '../src/limits/document/measure.js';
import { openLiveShop, type LiveShop } from './fixtures/live/live-shop.js';
import { WAYS } from './fixtures/live/ways.js';
import { send, shortAnswers } from './fixtures/requests.js';

let shop: LiveShop;
beforeAll(async () => {
  shop = await openLiveShop({ QUERY_COST: '10000' });
});
afterAll(() => shop.close());

const many = (count: number, part: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => part(index)).join(' ');
const product = (selection: string) => `{ product(id: "p1") { ${selection} } }`;
const deep = (depth: number) =>
  product(`${'beside(first: 1) { slots { '.repeat((depth - 2) / 2)} id ${'} }'.repeat((depth - 2) / 2)}`);
/** Each fragment spreads the next twice: 2^count fields. */
const exploding = (count: number) =>
  `{ product(id: "p1") { ...F1 } } ${many(count, (index) =>
    index + 1 === count
      ? `fragment F${count} on Product { id }`
      : `fragment F${index + 1} on Product { id ...F${index + 2} ...F${index + 2} }`,
  )}`;
const nested = (depth: number) => `${'['.repeat(depth)}1${']'.repeat(depth)}`;

const within: [what: string, query: string][] = [
  ['depth', deep(16)],
  ['aliases', product(many(50, (index) => `a${index}: id`))],
  ['root fields', `{ ${many(30, (index) => `r${index}: product(id: "p1") { id }`)} }`],
  ['directives', product(many(20, () => 'id @skip(if: false)'))],
  [
    'fields',
    product(many(49, (index) => `s${index}: seller { ${many(9, () => 'id')} }`) + many(9, () => ' id')),
  ],
  [
    'fragments',
    `${product(many(50, (index) => `...F${index}`))} ${many(50, (index) => `fragment F${index} on Product { id }`)}`,
  ],
  ['entries of a list', `{ shelf(ids: [${many(1_000, () => '1')}]) { slots { id } } }`],
];

const over: [limit: string, numbers: [found: number | string, allowed: number], query: string][] = [
  ['depth', [18, 16], deep(18)],
  [
    'depth',
    [18, 16],
    `{ ...Q } fragment Q on Query { ${deep(18).slice(1)} fragment P on Product { ... { ...I } } fragment I on Product { id }`.replace(
      ' id ',
      ' ...P ',
    ),
  ],
  ['aliases of one field', [51, 50], product(many(51, (index) => `a${index}: id`))],
  [
    'aliases of one field',
    [52, 50],
    `{ product(id: "p1") { ...A seller { ... { ${many(26, (index) => `b${index}: id`)} } } } } fragment A on Product { ${many(26, (index) => `a${index}: id`)} }`,
  ],
  ['root fields', [31, 30], `{ ${many(31, (index) => `r${index}: product(id: "p1") { id }`)} }`],
  ['root fields', [31, 30], `{ ...Q } fragment Q on Query { ${many(31, () => '__typename')} }`],
  [
    'root fields of a mutation',
    [6, 5],
    `mutation { ${many(6, (index) => `m${index}: setAvailable(id: "p1", available: ${index}) { id }`)} }`,
  ],
  ['directives', [21, 20], product(many(21, () => 'id @skip(if: false)'))],
  [
    'directives',
    [22, 20],
    `${product('...D ...D')} fragment D on Product { ${many(11, () => 'id @include(if: true)')} }`,
  ],
  ['directives of one node', [5, 4], product(`id ${'@skip(if: false) '.repeat(5)}`)],
  ['fields (with fragments spread out)', [501, 500], product(many(500, () => 'id'))],
  ['fields (with fragments spread out)', ['1000000 or more', 500], exploding(45)],
  [
    'fields (with fragments spread out)',
    ['1000000 or more', 500],
    `{ serverIsFine: __typename } ${exploding(40).replace('{ product(id: "p1") { ...F1 } }', '')}`,
  ],
  [
    'fragments',
    [51, 50],
    `${product(many(51, (index) => `...F${index}`))} ${many(51, (index) => `fragment F${index} on Product { id }`)}`,
  ],
  ['entries of a list', [1_001, 1_000], `{ shelf(ids: [${many(1_001, () => '1')}]) { slots { id } } }`],
  ['values within values', [11, 10], `{ shelf(ids: ${nested(11)}) { slots { id } } }`],
  ['values within values', [900, 10], `{ shelf(ids: ${nested(900)}) { slots { id } } }`],
];

const overBy = (limit: string, found: number | string, allowed: number) => ({
  message: `Over the limit of ${limit}: ${found} found, at most ${allowed} allowed.`,
  extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
});

test.each(within)('takes what is at the limit of %s', async (_, query) => {
  const { status, body } = await send(shop, { query });
  expect({ status, errors: body.errors }).toEqual({ status: 200, errors: undefined });
  expect(body.data).toBeDefined();
});

test.each(over)('refuses what is over the limit of %s (%p)', async (limit, [found, allowed], query) => {
  const { status, body } = await send(shop, { query });
  expect(status).toBe(400);
  expect(body.errors).toEqual([overBy(limit, found, allowed)]);
});

test('lets the introspection of Sandbox and GraphiQL pass, of the newest schema, and none that goes in circles', async () => {
  const whole = getIntrospectionQuery({
    descriptions: true,
    specifiedByUrl: true,
    directiveIsRepeatable: true,
    schemaDescription: true,
    inputValueDeprecation: true,
    experimentalDirectiveDeprecation: true,
    oneOf: true,
  });
  const { data, errors } = (await send(shop, { query: whole })).body;
  expect(errors).toBeUndefined();
  expect(data).toMatchObject({ __schema: { queryType: { name: 'Query' } } });
  const circles = `{ __schema { types { ${'fields { type { '.repeat(4)} name ${'} }'.repeat(4)} } } }`;
  const refused = (await send(shop, { query: circles })).body;
  expect(refused.errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
});

describe.each(WAYS)('over %s', (way, ask) => {
  test('measures a document before anything else', async () => {
    for (const [query, refusal] of [
      [exploding(45), overBy('fields (with fragments spread out)', '1000000 or more', 500)],
      [deep(18), overBy('depth', 18, 16)],
      [product(many(51, (index) => `a${index}: id`)), overBy('aliases of one field', 51, 50)],
    ] as const) {
      const { errors, status = 400 } = await ask(shop, query);
      expect({ errors, status }).toEqual({ errors: [refusal], status: 400 });
    }
  });

  test('refuses a document of too many tokens before it is read to its end', async () => {
    for (const query of [`{ ${'a '.repeat(4_000)} }`, ...(way === 'GET' ? [] : ['{ a '.repeat(4_000)])]) {
      const { errors, status = 400 } = await ask(shop, query);
      expect(errors).toMatchObject([
        { message: expect.stringContaining('4000 tokens'), extensions: { code: 'GRAPHQL_PARSE_FAILED' } },
      ]);
      expect(status).toBe(400);
    }
  });

  test('refuses a document that is deeper than can be read', async () => {
    const { errors, status = 400 } = await ask(shop, `{ shelf(ids: ${'['.repeat(3_900)}`);
    expect(errors).toMatchObject([{ extensions: { code: 'GRAPHQL_PARSE_FAILED' } }]);
    expect(status).toBe(400);
  });

  test('refuses a fragment that spreads itself, whatever comes of it', async () => {
    const query = `${product('...A')} fragment A on Product { id ...B } fragment B on Product { ...A ...A }`;
    const { errors } = await ask(shop, query);
    expect(errors).toEqual([
      {
        message: 'A fragment of the document spreads itself.',
        extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
      },
    ]);
  });

  test('refuses long lists and deep values among the variables, of whatever type', async () => {
    const query = 'query ($ids: [ID!]) { shelf(ids: $ids) { slots { id } } }';
    expect((await ask(shop, query, { ids: Array(1_000).fill('p') })).errors).toBeUndefined();
    for (const variables of [{ ids: Array(1_001).fill('p') }, { other: { of: [Array(1_001).fill(1)] } }]) {
      const { errors } = await ask(shop, query, variables);
      expect(errors).toEqual([
        {
          message: 'Over the limit of entries of a list: 1001 found, at most 1000 allowed.',
          extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
        },
      ]);
    }
    const deepest = way === 'GET' ? 1_000 : 20_000;
    for (const value of [nested(deepest), '{"a":'.repeat(11) + '1' + '}'.repeat(11)]) {
      const { errors } = await ask(shop, query, `{"ids":${value}}`);
      expect(errors).toEqual([
        {
          message: 'Over the limit of values within values: 11 found, at most 10 allowed.',
          extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
        },
      ]);
    }
  });

  test('multiplies lists within lists into a cost, by literals, variables and defaults', async () => {
    const inner = 'slots { beside(first: 100) { slots { id } } }';
    const costs = (found: number) => [
      {
        message: `Over the limit of cost: ${found} found, at most 10000 allowed.`,
        extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
      },
    ];
    // The shelf, and for each of a hundred products itself, what is beside it, and a hundred products.
    const dear = 1 + 100 * (1 + 1 + 100);
    expect((await ask(shop, `{ shelf(first: 100) { ${inner} } }`)).errors).toEqual(costs(dear));
    const byVariable = `query ($n: Int = 100) { shelf(first: $n) { ${inner} } }`;
    expect((await ask(shop, byVariable, { n: 10 })).errors).toBeUndefined();
    expect((await ask(shop, byVariable, { n: 100 })).errors).toEqual(costs(dear));
    expect((await ask(shop, byVariable)).errors).toEqual(costs(dear));
    // Null is what is left out: 20.
    expect((await ask(shop, byVariable, { n: null })).errors).toBeUndefined();
    const byFragment = `query ($n: Int) { shelf(first: 90) { ...S } } fragment S on Shelf { ... { ${inner.replace('100', '$n')} } }`;
    expect((await ask(shop, byFragment, { n: 100 })).errors).toBeUndefined();
    const twice = byFragment.replace('...S', '...S other: slots { beside(first: $n) { slots { id } } }');
    expect((await ask(shop, twice, { n: 100 })).errors).toEqual(costs(1 + 2 * 90 * (1 + 1 + 100)));
    const weighed = '{ a: shelf { count } b: shelf { count } }';
    expect((await ask(shop, weighed)).errors).toEqual(costs(2 * (1 + 5_000)));
  });

  test('refuses a page of more than 100, in the words of its service', async () => {
    const message = 'first: is 0 to 100.';
    const refused = [
      {
        message,
        extensions: { code: 'BAD_USER_INPUT', fields: [{ path: 'first', message: 'is 0 to 100.' }] },
      },
    ];
    expect((await ask(shop, '{ shelf(first: 101) { count } }')).errors).toEqual(refused);
    const query = 'query ($first: Int) { shelf(first: $first) { slots { id } } }';
    for (const first of [101, 2 ** 31 - 1, 1e300]) {
      expect((await ask(shop, query, { first })).errors).toEqual(refused);
    }
    expect((await ask(shop, query, { first: 100 })).errors).toBeUndefined();
  });
});

test.each(WAYS.slice(2))('refuses subscriptions over a limit over %s', async (_, ask) => {
  const stock = (selection: string) =>
    `subscription ($ids: [ID!]!) { stockChanged(productIds: $ids) { ${selection} } }`;
  const aliases = await ask(shop, stock(many(51, (index) => `a${index}: id`)), { ids: ['p1'] });
  expect(aliases.errors).toMatchObject([
    {
      message: expect.stringContaining('limit of aliases'),
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
    },
  ]);
  const lists = await ask(shop, stock('id'), { ids: Array(1_001).fill('p1') });
  expect(lists.errors).toMatchObject([{ message: expect.stringContaining('1001 found') }]);
  const own =
    'subscription ($n: Int) { orderChanged(id: "o1") { product { beside(first: $n) { slots { beside(first: $n) { slots { id } } } } } } }';
  const cost = await ask(shop, own, { n: 100 });
  expect(cost.errors).toMatchObject([{ message: expect.stringContaining('limit of cost: 10203 found') }]);
  expect((await ask(shop, own, { n: 2 })).data).toMatchObject({ orderChanged: { product: {} } });
});

test('prices by each request’s variables what it answers without planning it again', async () => {
  const query = 'query Short($n: Int) { shelf(first: 100) { slots { beside(first: $n) { slots { id } } } } }';
  const cheap = { query, variables: { n: 50 } };
  await send(shop, cheap);
  const before = await shortAnswers(shop);
  expect((await send(shop, cheap)).status).toBe(200);
  expect((await shortAnswers(shop)) - before).toBe(1);
  const { asked } = shop.shelves;
  for (const [n, message] of [
    [100, 'Over the limit of cost: 10201 found, at most 10000 allowed.'],
    [101, 'first: is 0 to 100.'],
    [[Array(1_001).fill(1)], 'Over the limit of entries of a list: 1001 found, at most 1000 allowed.'],
  ]) {
    const { status, body } = await send(shop, { query, variables: { n } });
    expect(status).toBe(400);
    expect(body.errors).toMatchObject([{ message }]);
  }
  expect(shop.shelves.asked).toBe(asked);
});

test('counts documents that are new, and every time those that are refused, whichever way they come', async () => {
  await using slow = await shop.another({ RATES_PER_ADDRESS: 'document=0.1/6' });
  const asked = { ...shop, ...slow, socketUrl: `${slow.url.replace('http', 'ws')}/graphql` };
  const codes = async (query: string, ways = WAYS) => {
    const found: unknown[] = [];
    for (const [, ask] of ways) found.push((await ask(asked, query)).errors?.[0]?.extensions?.code);
    return found;
  };
  const good = '{ product(id: "p1") { id seller { name } } }';
  const stock = 'subscription { stockChanged(productIds: ["p1"]) { id } }';
  const fine = [undefined, undefined, undefined, undefined];
  expect(await codes(good)).toEqual(fine);
  expect(await codes(stock, WAYS.slice(2))).toEqual(fine.slice(2));
  expect(await codes('{ nothing }')).toEqual(fine.map(() => 'GRAPHQL_VALIDATION_FAILED'));
  expect(await codes('{ nothing }')).toEqual(fine.map(() => 'RATE_LIMITED'));
  expect(await codes('{ product(id: "p1") { note } }')).toEqual(fine.map(() => 'RATE_LIMITED'));
  expect(await codes(stock.replace('id }', 'available }'), WAYS.slice(2))).toEqual([
    'RATE_LIMITED',
    'RATE_LIMITED',
  ]);
  expect(await codes(good)).toEqual(fine);
  expect(await codes(stock, WAYS.slice(2))).toEqual(fine.slice(2));
});

test('takes each limit from its setting', async () => {
  await using strict = await shop.another({
    QUERY_TOKENS: '40',
    QUERY_DEPTH: '3',
    QUERY_ALIASES: '1',
    QUERY_COST: '10',
    QUERY_PAGE: '10',
    QUERY_LIST: '2',
  });
  const refusals = [
    [product(many(40, () => 'id')), '40 tokens'],
    [deep(4), 'depth: 4 found, at most 3'],
    [product('a: id b: id'), 'aliases of one field: 2 found, at most 1'],
    ['{ shelf(first: 10) { slots { id } } }', 'cost: 11 found, at most 10'],
    ['{ shelf(first: 11) { slots { id } } }', 'is 0 to 10'],
    ['{ shelf(ids: [1, 2, 3]) { count } }', 'entries of a list: 3 found, at most 2'],
  ];
  for (const [query = '', message = ''] of refusals) {
    expect((await strict.ask(query)).body.errors).toMatchObject([
      { message: expect.stringContaining(message) },
    ]);
  }
});

test('measures fragments of fragments in the time of their text', () => {
  const document = parse(exploding(1_000));
  expect(measure(document)).toMatchObject({ fields: 1_000_000, fragments: 1_000, depth: 2, endless: false });
});

test('shows nothing of the schema in production, by whatever way', async () => {
  await using closed = await openLiveShop({ NODE_ENV: 'production' });
  const peeks = [
    '{ __schema { queryType { name } } }',
    '{ __type(name: "Product") { fields { name } } }',
    '{ ...Q } fragment Q on Query { ... { s: __schema { types { name } } } }',
    'query ($n: String!) { product(id: "p1") { id } t: __type(name: $n) { name } }',
  ];
  const typing = [
    '{ product(id: "p1") { availabl } }',
    '{ produc(id: "p1") { id } }',
    '{ product(i: "p1") { id } }',
    '{ product(id: "p1") { ... on Produkt { id } } }',
    '{ product(id: "p1") { id @skp(if: true) } }',
    'query ($n: Itn) { shelf(first: $n) { count } }',
    'subscription { stockChange(productIds: ["p1"]) { id } }',
    'subscription { stockChanged(productIds: ["p1"]) { availabl } }',
    'subscription { stockChanged(productIds: ["p1"]) { id } __schema { types { name } } }',
  ];
  for (const [, ask] of WAYS) {
    for (const query of [...peeks, ...typing]) {
      const { data, errors = [] } = await ask(closed, query, { n: 'Product' });
      expect(data ?? undefined).toBeUndefined();
      expect(errors.length).toBeGreaterThan(0);
      expect(JSON.stringify(errors)).not.toContain('Did you mean');
      for (const { extensions } of errors)
        expect(extensions?.code).toMatch(/^(GRAPHQL_VALIDATION_FAILED|BAD_USER_INPUT)$/);
    }
    expect((await ask(closed, '{ __typename product(id: "p1") { __typename } }')).data).toEqual({
      __typename: 'Query',
      product: { __typename: 'Product' },
    });
  }
});

import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openHouse } from './fixtures/house.js';
import { send, shortAnswers } from './fixtures/requests.js';

let house: Awaited<ReturnType<typeof openHouse>>;
beforeAll(async () => {
  house = await openHouse({ QUERY_TOKENS: '50000', QUERY_FRAGMENTS: '2000' });
});
afterAll(() => house.close());

const many = (count: number, part: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => part(index)).join(' ');
const FAILED = { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } };

/** Says whether what every object has is as it was, value by value. */
function watchPrototypes(): () => boolean {
  const read = () =>
    [Object, Array, Function, String].flatMap(({ prototype }: { prototype: object }) =>
      Reflect.ownKeys(prototype).flatMap((key) => {
        const { value, get, set } = Object.getOwnPropertyDescriptor(prototype, key) ?? {};
        return [prototype, key, value, get, set] as unknown[];
      }),
    );
  const before = read();
  return () => {
    const after = read();
    return after.length === before.length && after.every((part, index) => part === before[index]);
  };
}

/** Twice the long way (one with two subgraphs), then by what is remembered of it. */
const ASKED = ['{ product(id: "p1") { id name } }', '{ product(id: "p1") { id name seller { name } } }'];
const NAMES = ['__proto__', 'constructor', 'hasOwnProperty'];

// Apollo mended the long way; the short one is ours, and so is what it keeps by these names.
describe('CVE-2026-32621, pollution of prototypes', () => {
  test.each(NAMES)('answers aliases of the name %s as they are, or not at all', async (name) => {
    const unchanged = watchPrototypes();
    for (const asked of ASKED) {
      const rooted = asked.replace('product', `${name}: product`);
      const inner = asked.replace('name', `${name}: name`);
      const both = rooted.replace('id name', `id ${name}: related { ${name}: name }`);
      for (const query of [rooted, inner, both, rooted, inner, both]) {
        const { text, status } = await send(house, { query });
        expect(status).toBe(200);
        const { data, errors } = JSON.parse(text) as { data: object; errors?: unknown };
        expect(errors).toBeUndefined();
        const root = own(data, query === inner ? 'product' : name) as object;
        expect(own(root, 'id')).toBe('p1');
        if (query === inner) expect(own(root, name)).toBe('product p1');
        if (query === both) expect(own((own(root, name) as object[])[1] ?? {}, name)).toBe('product r2');
        if (asked.includes('seller')) expect(own(root, 'seller')).toEqual({ name: 'user s1' });
      }
    }
    expect(unchanged()).toBe(true);
    expect(({} as Record<string, unknown>).id).toBeUndefined();
  });

  test.each(NAMES)('takes variables, operations and fragments of the name %s', async (name) => {
    const unchanged = watchPrototypes();
    const query = `query ${name}($${name}: ID!) { product(id: $${name}) { ...${name} } } fragment ${name} on Product { id name seller { id } }`;
    const short = `query ${name}($${name}: ID!) { product(id: $${name}) { id name } }`;
    for (const text of [query, short, query, short]) {
      // As JSON, which alone can have a key __proto__.
      const { body } = await house.get('/graphql', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: `{"query":${JSON.stringify(text)},"operationName":"${name}","variables":{"${name}":"p7"}}`,
      });
      expect(body.errors).toBeUndefined();
      expect(body.data?.product).toMatchObject({ id: 'p7', name: 'product p7' });
    }
    expect(unchanged()).toBe(true);
  });

  test('gives no variable a value that only a prototype has', async () => {
    for (const query of [
      'query ($toString: ID!) { product(id: $toString) { id } }',
      'query ($constructor: ID!) { product(id: $constructor) { id seller { name } } }',
      'query ($id: ID!) { product(id: $id) { id } }',
    ]) {
      for (const variables of [
        '{}',
        '{"__proto__":{"id":"p9","toString":"p9"}}',
        '{"constructor":{"prototype":{"id":1}}}',
      ]) {
        const { body } = await house.get('/graphql', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: `{"query":${JSON.stringify(query)},"variables":${variables}}`,
        });
        expect(body.data ?? null).toBeNull();
        expect(body.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
      }
    }
    expect(({} as Record<string, unknown>).id).toBeUndefined();
  });

  test('answers both ways, the long one and the short one', async () => {
    const query = '{ constructor: product(id: "short") { __proto__: name } }';
    const first = await send(house, { query });
    const before = await shortAnswers(house);
    const second = await send(house, { query });
    expect(await shortAnswers(house)).toBe(before + 1);
    expect(second.text).toBe(first.text);
    expect(second.text).toBe('{"data":{"constructor":{"__proto__":"product short"}}}\n');
  });
});

// The limits refuse these before Apollo's own bounds are reached.
describe('CVE-2025-32030, CVE-2025-32031 and GHSA-fmj9-77q8-g6c4, what a plan can be made to grow to', () => {
  test('refuses named fragments that come to 2^n fields, on the long way and before they are validated', async () => {
    const chain = many(600, (index) =>
      index === 599
        ? 'fragment F599 on Product { id }'
        : `fragment F${index} on Product { id ...F${index + 1} ...F${index + 1} ...F${index + 1} }`,
    );
    const { status, body } = await house.ask(`{ product(id: "p1") { ...F0 } } ${chain}`);
    expect(status).toBe(400);
    expect(body.errors).toMatchObject([{ message: expect.stringContaining('limit of fields'), ...FAILED }]);
  });

  test('refuses fields under conditions that come to 2^n ways of asking', async () => {
    const nested = (depth: number): string =>
      depth === 0
        ? 'id'
        : `id related @skip(if: $v${depth}) { ${nested(depth - 1)} } r: related @include(if: $v${depth}) { ${nested(depth - 1)} }`;
    const variables = many(7, (index) => `$v${index + 1}: Boolean!`);
    const { body } = await house.ask(`query (${variables}) { product(id: "p1") { ${nested(7)} } }`);
    expect(body.errors).toMatchObject([{ message: expect.stringContaining('Over the limit of'), ...FAILED }]);
  });

  test('plans conditions, inline fragments and reused fragments that are within the limits, and answers right', async () => {
    const query = `query ($yes: Boolean!, $no: Boolean!) {
      product(id: "p1") {
        ...A ...B ... @include(if: $yes) { ...A ...B ... @skip(if: $no) { ...C } } ... @include(if: $no) { asker }
      }
    }
    fragment A on Product { name ...C } fragment B on Product { related { ...C } ...C } fragment C on Product { seller { name } }`;
    for (const [yes, no] of [
      [true, false],
      [false, true],
    ]) {
      const { body } = await house.ask(query, {}, { yes, no });
      const seller = { name: 'user s1' };
      expect(body.errors).toBeUndefined();
      expect(body.data).toEqual({
        product: {
          name: 'product p1',
          seller,
          related: [{ seller }, { seller }],
          ...(no && { asker: expect.any(String) }),
        },
      });
    }
  });

  // Where ours was not, GraphQL's rule would be; what it refuses is never followed by a measure, a price or a plan.
  test('refuses fragments that go in circles, alone and in unions', async () => {
    for (const query of [
      '{ product(id: "p1") { ...A } } fragment A on Product { related { ...B } } fragment B on Product { related { ...A } }',
      '{ search(id: "p1") { ...S } } fragment S on SearchResult { ... on Product { related { ...N } } } fragment N on Named { ... on Product { related { ...N } } }',
      '{ product(id: "p1") { id } } fragment A on Product { ...A }',
    ]) {
      const { status, body } = await house.ask(query);
      expect(status).toBe(400);
      expect(body.errors).toMatchObject([FAILED]);
    }
  });
});

// graphql-js counts its comparisons by now, up to 100 ms of them: the limit of fields is what keeps it short.
test('CVE-2023-26144: compares no more fields with one another than a document may have', async () => {
  const bodies = [
    many(3_000, () => 'related { id }'),
    many(3_000, (index) => `... on Product { a: ${index % 2 ? 'id' : 'name'} }`),
    `${many(1_100, (index) => `...F${index}`)} } } ${many(1_100, (index) => `fragment F${index} on Product { a: ${index % 2 ? 'id' : 'name'} }`)} { product(id: "p1") { id`,
  ];
  for (const body of bodies) {
    const { status, body: answer } = await house.ask(`{ product(id: "p1") { ${body} } }`);
    expect(status).toBe(400);
    expect(answer.errors).toMatchObject([{ message: expect.stringContaining('limit of fields'), ...FAILED }]);
  }
});

// Composition leaves these out of what clients may use. The rules of access themselves are tried in access.test.ts.
test('GHSA-mx7m-j9xf-62hw: has nobody ask for entities, or for what is not published, by any path', async () => {
  for (const query of [
    '{ _entities(representations: [{ __typename: "Product", id: "p1" }]) { ... on Product { asker } } }',
    '{ _service { sdl } }',
    '{ ... on Query { hidden: secretStock } }',
    '{ search(id: "p1") { ... on Named { ... on Product { secretStock } } } }',
    'query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename } }',
  ]) {
    const { status, body } = await house.ask(query);
    expect(status).toBe(400);
    expect(body.data).toBeUndefined();
    for (const error of body.errors ?? []) expect(error).toMatchObject(FAILED);
  }
});

/** What an object has itself: `__proto__` is a property like another one in what JSON.parse makes. */
function own(object: object, name: string): unknown {
  expect(Object.keys(object)).toContain(name);
  return Object.getOwnPropertyDescriptor(object, name)?.value;
}

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openHouse } from './fixtures/house.js';

let house: Awaited<ReturnType<typeof openHouse>>;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

const PRODUCT = '{ product(id: "p1") { name seller { name } } }';

test('answers one query from two subgraphs', async () => {
  const { status, headers, body } = await house.ask(PRODUCT);
  expect(status).toBe(200);
  expect(body).toEqual({ data: { product: { name: 'product p1', seller: { name: 'user s1' } } } });
  expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  expect(headers.get('cache-control')).toBe('no-store');
});

test.each([
  ['NOT_FOUND', { code: 'NOT_FOUND' }, 'There is no such product.'],
  ['CONFLICT', { code: 'IDEMPOTENCY_CONFLICT' }, 'This key was used for another basket.'],
  [
    'BAD_INPUT',
    { code: 'BAD_USER_INPUT', fields: [{ path: 'input.quantity', message: 'must be at least 1.' }] },
    'input.quantity: must be at least 1.',
  ],
  [
    'UNAVAILABLE',
    { code: 'SERVICE_UNAVAILABLE', retryAfterMs: 1_000 },
    'This is not available at the moment. Please try again shortly.',
  ],
])("passes on a subgraph's %s with nothing but what is documented", async (how, extensions, message) => {
  const { status, body } = await house.ask(`{ fail(how: ${how}) }`);
  expect(status).toBe(200);
  expect(body).toEqual({ data: { fail: null }, errors: [{ message, path: ['fail'], extensions }] });
});

test('masks what a subgraph did not expect, under the id that the response carries', async () => {
  const { headers, body, text } = await house.ask('{ fail(how: CRASH) }');
  const requestId = headers.get('x-request-id');
  expect(body.errors).toEqual([
    {
      message: 'Something went wrong on our side.',
      path: ['fail'],
      extensions: { code: 'INTERNAL', requestId },
    },
  ]);
  expect(text).not.toMatch(/secret_table|serviceName|catalog|stack/);
});

test('loses only the step that a variable named like the planner’s own spoils', async () => {
  const query = `query ($representations: ID!) {
    product(id: "p1") { name seller { id name @skip(if: false) } }
    other: product(id: $representations) { name }
  }`;
  const { body } = await house.ask(query, {}, { representations: 'p2' });
  expect(body.data).toMatchObject({ product: { name: 'product p1' }, other: { name: 'product p2' } });
});

test('refuses malformed GraphQL', async () => {
  const { status, body } = await house.ask('{ product(id: "p1" { name }');
  expect(status).toBe(400);
  expect(body.errors).toMatchObject([{ extensions: { code: 'GRAPHQL_PARSE_FAILED' } }]);
  expect(body).not.toHaveProperty('data');
});

test('refuses what the graph does not have, and what is not published', async () => {
  for (const query of ['{ nothing }', '{ secretStock }', 'subscription { product(id: 1) { id } }']) {
    const { status, body } = await house.ask(query);
    expect(status).toBe(400);
    expect(body.errors).toMatchObject([{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]);
  }
});

test('refuses a variable of the wrong type, wherever the type is known', async () => {
  const builtIn = await house.ask('query ($id: ID!) { product(id: $id) { name } }', {}, { id: {} });
  const message = expect.stringContaining('ID cannot represent value: {}');
  expect(builtIn.status).toBe(400);
  expect(builtIn.body).toEqual({
    errors: [
      {
        message,
        locations: expect.anything(),
        extensions: { code: 'BAD_USER_INPUT', fields: [{ path: 'id', message }] },
      },
    ],
  });
  const invite = 'query ($email: EmailAddress!) { invite(email: $email) }';
  const own = await house.ask(invite, {}, { email: 'nobody' });
  expect(own.body.errors).toMatchObject([
    { message: expect.stringContaining('It is not a mail address.'), extensions: { code: 'BAD_USER_INPUT' } },
  ]);
  const literal = await house.ask('{ invite(email: "nobody") }');
  expect(literal.body.errors).toMatchObject([
    {
      message: expect.stringContaining('It is not a mail address.'),
      extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
    },
  ]);
});

test('helps a developer with suggestions and introspection, and in production with neither', async () => {
  await using shop = await openHouse({ NODE_ENV: 'production' });
  const typing = '{ produkt(id: 1) { id } }';
  expect((await house.ask(typing)).text).toContain('Did you mean');
  expect((await shop.ask(typing)).text).not.toContain('Did you mean');

  const choice = 'query ($how: Failure!) { fail(how: $how) }';
  expect((await house.ask(choice, {}, { how: 'CRASHH' })).text).toContain('Did you mean');
  const { text } = await shop.ask(choice, {}, { how: 'CRASHH' });
  expect(text).toContain('does not exist');
  expect(text).not.toContain('Did you mean');

  const schema = '{ __schema { queryType { name } } }';
  expect((await house.ask(schema)).body.data).toEqual({ __schema: { queryType: { name: 'Query' } } });
  expect((await shop.ask(schema)).body.errors).toMatchObject([
    { extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
  ]);
});

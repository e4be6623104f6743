import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openHouse } from './fixtures/house.js';
import { ID, send, shortAnswers, type Sent } from './fixtures/requests.js';

let house: Awaited<ReturnType<typeof openHouse>>;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

/** [what, request, whether its repetition takes the short way] */
const cases: [string, Sent, boolean][] = [
  ['a field', { query: '{ product(id: "p1") { name } }' }, true],
  ['a variable', { query: `${ID} { product(id: $id) { id } }`, variables: { id: 'p2' } }, true],
  [
    'a variable too many',
    { query: `${ID} { product(id: $id) { name } }`, variables: { id: 'p2', x: 1 } },
    true,
  ],
  ['a default', { query: 'query ($id: ID = "p7") { product(id: $id) { name id } }' }, true],
  ['null variables', { query: '{ product(id: "p3") { id } }', variables: null, operationName: null }, true],
  [
    'what clients say of themselves',
    { query: '{ product(id: "p4") { id } }', extensions: { library: 'x' } },
    true,
  ],
  [
    'aliases, in the client’s order',
    { query: '{ b: product(id: "1") { n: name id } a: product(id: "2") { id } }' },
    true,
  ],
  ['a union without its name', { query: '{ search(id: "p1") { ... on Product { name } } }' }, true],
  [
    'a union with its name',
    { query: '{ search(id: "n1") { kind: __typename ... on Nothing { wanted } } }' },
    true,
  ],
  [
    'an interface of a union',
    {
      query: '{ a: search(id: "p1") { ... on Named { name } } b: search(id: "n") { ... on Named { name } } }',
    },
    true,
  ],
  [
    'fragments',
    { query: '{ product(id: "p1") { ...A ...A } } fragment A on Product { name related { id } }' },
    true,
  ],
  ['a name for the root', { query: '{ __typename product(id: "p1") { __typename id } }' }, true],
  ['lists', { query: '{ product(id: "p1") { related { id name } } }' }, true],
  [
    'one of two operations',
    { query: 'query A { product(id: "a") { id } } query B { product(id: "b") { id } }', operationName: 'B' },
    true,
  ],
  ['a mutation', { query: 'mutation { rename(id: "p9", name: "nine") { name } }' }, true],
  [
    'a field that is left out',
    {
      query: 'query ($no: Boolean!) { product(id: "p1") { id name @include(if: $no) } }',
      variables: { no: false },
    },
    true,
  ],
  ['two subgraphs', { query: '{ product(id: "p1") { seller { name } } }' }, false],
  ['the schema', { query: '{ __schema { queryType { name } } product(id: "p1") { id } }' }, false],
  [
    'a type of the schema',
    { query: '{ ...T } fragment T on Query { __type(name: "Product") { name } }' },
    false,
  ],
  ['a refusal of the subgraph', { query: '{ fail(how: NOT_FOUND) }' }, false],
  ['a half refusal', { query: '{ fail(how: CONFLICT) product(id: "p1") { id } }' }, false],
  ['a server that is away', { query: '{ fail(how: UNAVAILABLE) }' }, false],
  ['a variable that is not there', { query: `${ID} { product(id: $id) { id name } }`, variables: {} }, false],
  [
    'a variable of another type',
    { query: `${ID} { product(id: $id) { name id } }`, variables: { id: {} } },
    false,
  ],
  [
    'a prototype for a variable',
    { query: 'query ($__proto__: ID!) { product(id: $__proto__) { id } }' },
    false,
  ],
  ['a document of no meaning', { query: '{ nothing }' }, false],
  ['no document', { query: '' }, false],
  [
    'a persisted query',
    { query: '{ product(id: "p1") { name } }', extensions: { persistedQuery: {} } },
    false,
  ],
];

test.each(cases)('answers %s again as it did the first time', async (_, request, short) => {
  // Learnt from a request that fits, whatever the case itself sends.
  const first = await send(house, request);
  const before = await shortAnswers(house);
  const second = await send(house, request);
  expect((await shortAnswers(house)) - before).toBe(short ? 1 : 0);
  const { 'x-request-id': __, date: ___, ...headers } = Object.fromEntries(second.headers);
  expect(headers).toEqual(
    Object.fromEntries([...first.headers].filter(([name]) => name !== 'x-request-id' && name !== 'date')),
  );
  expect(second.status).toBe(first.status);
  expect(second.text).toBe(first.text);
});

test('tells two operations of one document apart', async () => {
  const query = 'query A { product(id: "a") { id } } query B { product(id: "b") { id } }';
  for (const operationName of ['A', 'B', 'A', 'B']) {
    const { body } = await send(house, { query, operationName });
    expect(body).toEqual({ data: { product: { id: operationName.toLowerCase() } } });
  }
  expect((await send(house, { query })).status).toBe(400);
});

test('refuses what does not fit a document that it knows, in the same words', async () => {
  const query = 'query Known($id: ID!) { product(id: $id) { related { name } } }';
  const unknown = await send(house, { query: query.replace('Known', 'Other'), variables: { id: [] } });
  await send(house, { query, variables: { id: 'p1' } });
  const known = await send(house, { query, variables: { id: [] } });
  expect(known.status).toBe(unknown.status);
  expect(known.body).toEqual(unknown.body);
});

test('shows the plan of a known document to whoever asks for it', async () => {
  const query = '{ product(id: "planned") { id } }';
  await send(house, { query });
  const { body } = await send(house, { query }, { 'apollo-query-plan-experimental': 'true' });
  expect(JSON.stringify(body.extensions)).toContain('QueryPlan');
});

test('answers each client in the type that it accepts', async () => {
  const query = '{ product(id: "typed") { id } }';
  const accept = 'application/graphql-response+json, application/json;q=0.9';
  for (const accepted of [accept, 'application/json', accept, 'application/json']) {
    const { headers } = await send(house, { query }, { accept: accepted });
    expect(headers.get('content-type')).toBe(`${accepted.split(',')[0]}; charset=utf-8`);
  }
  expect((await send(house, { query }, { accept: 'text/html' })).status).toBe(406);
});

test('goes on learning what clients accept, whatever somebody has sent before', async () => {
  const query = '{ product(id: "accepted") { id } }';
  await send(house, { query });
  for (let number = 0; number < 120; number += 1)
    await send(house, { query }, { accept: `application/json, x/y${number}` });
  const before = await shortAnswers(house);
  for (let times = 0; times < 3; times += 1)
    await send(house, { query }, { accept: 'application/json;q=0.7' });
  expect((await shortAnswers(house)) - before).toBe(2);
});

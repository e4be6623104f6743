import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { respond } from '@stampede/shared/http';
import { openBareSubgraph, openHouse, startGateway } from './fixtures/house.js';

let house: Awaited<ReturnType<typeof openHouse>>;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house.close());

/** How many answers were given by the short way so far. */
async function shortAnswers({ get }: Pick<typeof house, 'get'> = house): Promise<number> {
  const { text } = await get('/metrics');
  return Number(/^stampede_short_answers_total\S* (\d+)$/m.exec(text)?.[1] ?? 0);
}

interface Sent {
  query: string;
  variables?: object | null;
  operationName?: string | null;
  extensions?: object | null;
}

const send = (body: Sent, headers: Record<string, string> = {}) =>
  house.get('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });

const ID = 'query ($id: ID!)';

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
  const first = await send(request);
  const before = await shortAnswers();
  const second = await send(request);
  expect((await shortAnswers()) - before).toBe(short ? 1 : 0);
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
    const { body } = await send({ query, operationName });
    expect(body).toEqual({ data: { product: { id: operationName.toLowerCase() } } });
  }
  expect((await send({ query })).status).toBe(400);
});

test('refuses what does not fit a document that it knows, in the same words', async () => {
  const query = 'query Known($id: ID!) { product(id: $id) { related { name } } }';
  const unknown = await send({ query: query.replace('Known', 'Other'), variables: { id: [] } });
  await send({ query, variables: { id: 'p1' } });
  const known = await send({ query, variables: { id: [] } });
  expect(known.status).toBe(unknown.status);
  expect(known.body).toEqual(unknown.body);
});

test('shows the plan of a known document to whoever asks for it', async () => {
  const query = '{ product(id: "planned") { id } }';
  await send({ query });
  const { body } = await send({ query }, { 'apollo-query-plan-experimental': 'true' });
  expect(JSON.stringify(body.extensions)).toContain('QueryPlan');
});

test('answers each client in the type that it accepts', async () => {
  const query = '{ product(id: "typed") { id } }';
  const accept = 'application/graphql-response+json, application/json;q=0.9';
  for (const accepted of [accept, 'application/json', accept, 'application/json']) {
    const { headers } = await send({ query }, { accept: accepted });
    expect(headers.get('content-type')).toBe(`${accepted.split(',')[0]}; charset=utf-8`);
  }
  expect((await send({ query }, { accept: 'text/html' })).status).toBe(406);
});

test('goes on learning what clients accept, whatever somebody has sent before', async () => {
  const query = '{ product(id: "accepted") { id } }';
  await send({ query });
  for (let number = 0; number < 120; number += 1)
    await send({ query }, { accept: `application/json, x/y${number}` });
  const before = await shortAnswers();
  for (let times = 0; times < 3; times += 1) await send({ query }, { accept: 'application/json;q=0.7' });
  expect((await shortAnswers()) - before).toBe(2);
});

const OWED = { data: { product: { name: null } } };
const REFUSED = {
  data: { product: null },
  errors: [{ message: 'No.', path: ['product'], extensions: { code: 'NOT_FOUND' } }],
};

test.each([
  ['what it owes', OWED, { data: { product: null } }],
  ['a refusal', REFUSED, REFUSED],
])('asks once, and answers as the long way does, when a subgraph answers %s', async (_, answer, expected) => {
  let asked = 0;
  await using subgraph = await openBareSubgraph((request, response) => {
    asked += 1;
    respond(response, 200, asked === 1 ? { data: { product: { name: 'whole' } } } : answer);
  });
  await using gateway = await startGateway({ CATALOG_URL: subgraph.url });
  const query = '{ product(id: "p1") { name } }';
  expect((await gateway.ask(query)).body).toEqual({ data: { product: { name: 'whole' } } });
  expect((await gateway.ask(query)).body).toEqual(expected);
  expect(asked).toBe(2);
  expect(await shortAnswers(gateway)).toBe(0);
});

test('does not bother a subgraph with variables that do not fit', async () => {
  let asked = 0;
  await using subgraph = await openBareSubgraph((_, response) => {
    asked += 1;
    respond(response, 200, { data: { product: { name: 'whole' } } });
  });
  await using gateway = await startGateway({ CATALOG_URL: subgraph.url });
  const query = `${ID} { product(id: $id) { name } }`;
  await gateway.ask(query, {}, { id: 'p1' });
  expect((await gateway.ask(query, {}, { id: {} })).status).toBe(400);
  expect(asked).toBe(1);
});

test('asks once, and says that it is away, when a subgraph does not answer', async () => {
  let asked = 0;
  await using subgraph = await openBareSubgraph((_, response) => {
    asked += 1;
    if (asked === 1) respond(response, 200, { data: { product: { name: 'whole' } } });
    else response.destroy();
  });
  await using gateway = await startGateway({ CATALOG_URL: subgraph.url });
  const query = '{ product(id: "p1") { name } }';
  await gateway.ask(query);
  const { status, body } = await gateway.ask(query);
  expect(status).toBe(200);
  expect(body.data).toEqual({ product: null });
  expect(body.errors?.map(({ extensions }) => extensions.code)).toEqual(['SERVICE_UNAVAILABLE']);
  expect(asked).toBe(2);
});

test('gives everybody what they asked for, and what is their own, when hundreds ask in one moment', async () => {
  const gathered = async () => {
    const { text } = await house.get('/metrics');
    return Number(/^stampede_gathered_reads_total\S* (\d+)$/m.exec(text)?.[1] ?? 0);
  };
  const people = await Promise.all(
    Array.from({ length: 20 }, async (_, index) => {
      const token = await house.issuer.token({ claims: { sub: `u${index}`, sid: `s${index}` } });
      return { authorization: `Bearer ${token}` };
    }),
  );
  const ask = async (query: string, number: number) => {
    const { body } = await send({ query, variables: { id: `many${number}` } }, people[number % 20]);
    return body;
  };
  const requests = Array.from({ length: 200 }, (_, number) => number);
  const shown = `${ID} { product(id: $id) { id name } }`;
  const own = `${ID} { product(id: $id) { id asker } }`;
  await Promise.all([ask(shown, 0), ask(own, 0)]);

  const answers = await Promise.all(requests.map((number) => ask(shown, number)));
  expect(answers).toEqual(
    requests.map((number) => ({ data: { product: { id: `many${number}`, name: `product many${number}` } } })),
  );
  const together = await gathered();
  expect(together).toBeGreaterThan(0);

  const asked = await Promise.all(requests.map((number) => ask(own, number)));
  for (const [number, { data }] of asked.entries()) {
    const product = data?.product as { id: string; asker: string } | undefined;
    expect(product?.id).toBe(`many${number}`);
    expect(JSON.parse(product?.asker ?? '')).toMatchObject({ kind: 'user', userId: `u${number % 20}` });
  }
  expect(await gathered()).toBe(together);
});

test('shows whoever asks after a change was answered the change, however many ask', async () => {
  const query = `${ID} { product(id: $id) { name } }`;
  await send({ query, variables: { id: 'changing' } });
  for (let change = 1; change <= 10; change += 1) {
    const before = Array.from({ length: 10 }, () => send({ query, variables: { id: 'changing' } }));
    await send({ query: `mutation { rename(id: "changing", name: "${change}") { name } }` });
    const after = Array.from({ length: 10 }, () => send({ query, variables: { id: 'changing' } }));
    for (const { body } of await Promise.all(after)) {
      expect(body).toEqual({ data: { product: { name: String(change) } } });
    }
    await Promise.all(before);
  }
});

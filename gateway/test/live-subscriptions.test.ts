import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { until } from './fixtures/house.js';
import { openClient } from './fixtures/live/clients.js';
import { openLiveShop, type LiveShop } from './fixtures/live/live-shop.js';

let shop: LiveShop;
beforeAll(async () => {
  shop = await openLiveShop();
});
afterAll(() => shop.close());

const WATCH = 'subscription Watch($ids: [ID!]!) { stockChanged(productIds: $ids) { id available } }';

test('sends the value at once, and again on each change', async () => {
  shop.shelves.set('p1', 5);
  await using client = openClient(shop.socketUrl);
  const watching = client.watch(WATCH, { ids: ['p1'] });
  expect(await watching.after(1)).toEqual({ data: { stockChanged: { id: 'p1', available: 5 } } });
  shop.shelves.set('p1', 4);
  expect(await watching.after(2)).toEqual({ data: { stockChanged: { id: 'p1', available: 4 } } });
  watching.stop();
  await until(() => shop.shelves.watching() === 0);
});

test('plans aliases, variables, @include and @skip, fragments, and the rest over two hops', async () => {
  await using client = openClient(shop.socketUrl);
  const watching = client.watch(
    `subscription ($ids: [ID!]!, $yes: Boolean = true, $no: Boolean!) {
      changed: stockChanged(productIds: $ids) {
        units: available
        id: available @skip(if: $yes)
        by: seller { ...Person nobody: name @include(if: $no) }
      }
    }
    fragment Person on User { called: name home: town { __typename name } }`,
    { ids: ['p2'], no: false },
  );
  expect(await watching.after(1)).toEqual({
    data: {
      changed: { units: 0, by: { called: 'user s1', home: { __typename: 'Town', name: 'town t1' } } },
    },
  });
});

test('takes a client’s names for its fields, also those that the gateway would choose', async () => {
  shop.shelves.set('n1', 7);
  await using client = openClient(shop.socketUrl);
  const query =
    'subscription { stockChanged(productIds: ["n1"]) { _key_id: available _key0_id: available } }';
  const watching = client.watch(query);
  expect(await watching.after(1)).toEqual({ data: { stockChanged: { _key_id: 7, _key0_id: 7 } } });
});

test('keeps apart the products of one subscription, also where it does not select their ids', async () => {
  await using client = openClient(shop.socketUrl);
  const query = 'subscription { stockChanged(productIds: ["k1", "k2", "k3"]) { available seller { name } } }';
  shop.shelves.set('k1', 1);
  shop.shelves.set('k2', 2);
  shop.shelves.set('k3', 3);
  const watching = client.watch(query);
  await watching.after(3);
  const seller = { name: 'user s1' };
  expect(watching.results.map(({ data }) => data)).toEqual(
    [1, 2, 3].map((available) => ({ stockChanged: { available, seller } })),
  );
  const late = client.watch(query);
  await late.after(3);
  expect(late.results).toEqual(watching.results);
});

test('answers an error within an event, masked and without the name of a subgraph', async () => {
  await using client = openClient(shop.socketUrl);
  const watching = client.watch('subscription { stockChanged(productIds: ["p3"]) { id broken } }');
  expect(await watching.after(1)).toEqual({
    data: { stockChanged: { id: 'p3', broken: null } },
    errors: [
      {
        message: 'Something went wrong on our side.',
        path: ['stockChanged', 'broken'],
        extensions: { code: 'INTERNAL', requestId: expect.any(String) },
      },
    ],
  });
});

const codeOf = (ended: unknown) => {
  const { error } = ended as { error: { message: string; extensions: { code: string } }[] };
  return error.map(({ message, extensions: { code } }) => ({ code, message }));
};

test.each([
  ['private fields', 'stockChanged(productIds: []) { id note seller { mail } }', /Product\.note, User\.mail/],
  [
    'costly fields',
    'stockChanged(productIds: []) { id forecast }',
    /public, cheap fields only: not Product\.forecast/,
  ],
  [
    'a private field in a fragment',
    'stockChanged(productIds: []) { ... on Product { note } }',
    /Product\.note/,
  ],
  ['fields that do not exist', 'stockChanged(productIds: []) { price }', /Cannot query field "price"/],
  ['two root fields', 'stockChanged(productIds: []) { id } countdown(from: 1)', /only one top level field/],
  ['a conditional root', 'stockChanged(productIds: []) @skip(if: false) { id }', /no @skip and no @include/],
  [
    'a conditional root in a fragment',
    '... @include(if: true) { countdown(from: 1) }',
    /no @skip and no @include/,
  ],
])('refuses %s', async (_, selection, message) => {
  await using client = openClient(shop.socketUrl);
  const watching = client.watch(`subscription { ${selection} }`);
  await until(() => watching.ended !== undefined);
  expect(codeOf(watching.ended)[0]).toEqual({
    code: 'GRAPHQL_VALIDATION_FAILED',
    message: expect.stringMatching(message),
  });
  expect(watching.results).toEqual([]);
});

test('refuses variables that do not fit, and what the subgraph refuses, as errors', async () => {
  await using client = openClient(shop.socketUrl);
  const wrong = client.watch(WATCH, { ids: null });
  const many = client.watch(WATCH, { ids: Array.from({ length: 101 }, (_, index) => `p${index}`) });
  await until(() => wrong.ended !== undefined && many.ended !== undefined);
  expect(codeOf(wrong.ended)).toMatchObject([{ code: 'BAD_USER_INPUT' }]);
  expect(codeOf(many.ended)).toEqual([{ code: 'BAD_USER_INPUT', message: 'productIds: at most 100.' }]);
});

test('ends when the subgraph says so, after the last value', async () => {
  await using client = openClient(shop.socketUrl);
  const watching = client.watch('subscription { countdown(from: 0) }');
  await until(() => watching.ended !== undefined);
  expect(watching.ended).toEqual({});
  expect(watching.results.at(-1)).toEqual({ data: { countdown: 0 } });
});

test('shares one upstream, one execution and one encoding between equal public subscriptions', async () => {
  await using quiet = await openLiveShop();
  const clients = Array.from({ length: 20 }, () => openClient(quiet.socketUrl));
  const token = await quiet.issuer.token();
  const signedIn = openClient(quiet.socketUrl, { connectionParams: { Authorization: `Bearer ${token}` } });
  const query =
    'subscription Watch($ids: [ID!]!) { stockChanged(productIds: $ids) { available seller { name } } }';
  const first = clients.map((client) => client.watch(query, { ids: ['s1'] }));
  await Promise.all(first.map((watching) => watching.after(1)));
  const late = [
    // Written otherwise, with a variable that the operation has not.
    ...clients.map((client) => client.watch(query.replaceAll(' ', '\n '), { other: 1, ids: ['s1'] })),
    signedIn.watch(query, { ids: ['s1'] }),
  ];
  await Promise.all(late.map((watching) => watching.after(1)));
  const asWhom = { kind: 'service', service: 'gateway' };
  expect(quiet.shelves.opened).toEqual([{ ids: ['s1'], identity: asWhom }]);
  expect(quiet.asked.people).toBe(1);
  expect(await quiet.metric('live_upstreams')).toBe(1);
  expect(await quiet.metric('live_subscriptions')).toBe(41);

  quiet.shelves.set('s1', 9);
  await Promise.all([...first, ...late].map((watching) => watching.after(2)));
  expect(quiet.asked.people).toBe(2);
  expect(await quiet.metric('live_events_total')).toBe(2);

  signedIn.watch(query, { ids: ['s2'] });
  await until(() => quiet.shelves.opened.length === 2);
  for (const client of [...clients, signedIn]) await client.close();
  await until(() => quiet.shelves.watching() === 0);
  expect(await quiet.metric('live_upstreams')).toBe(0);
  expect(await quiet.metric('live_subscriptions')).toBe(0);
  await until(async () => (await quiet.metric('live_connections')) === 0);
});

test('runs what is private as the one who asks, shared with nobody else', async () => {
  const as = async (sub: string, sid: string) =>
    openClient(shop.socketUrl, {
      connectionParams: { authorization: `Bearer ${await shop.issuer.token({ claims: { sub, sid } })}` },
    });
  const before = shop.shelves.opened.length;
  await using one = await as('u1', 's1');
  await using again = await as('u1', 's1');
  await using elsewhere = await as('u1', 's2');
  await using two = await as('u2', 's3');
  await using nobody = openClient(shop.socketUrl);
  const query = 'subscription { orderChanged(id: "o1") { seenBy product { note seller { name } } } }';
  const seen = [];
  for (const client of [one, again, elsewhere, two, nobody]) {
    const { data } = await client.watch(query).after(1);
    const { orderChanged } = data as { orderChanged: { seenBy: string; product: object } };
    expect(orderChanged.product).toEqual({ note: 'note o1', seller: { name: 'user s1' } });
    seen.push(JSON.parse(orderChanged.seenBy) as unknown);
  }
  const user = (userId: string, sessionId: string) => ({ kind: 'user', userId, role: 'BUYER', sessionId });
  const people = [
    user('u1', 's1'),
    user('u1', 's1'),
    user('u1', 's2'),
    user('u2', 's3'),
    { kind: 'anonymous' },
  ];
  expect(seen).toEqual(people);
  expect(shop.shelves.opened.slice(before).map(({ identity }) => identity)).toEqual(people.slice(1));
});

test('answers queries and mutations on the same socket, with the same masking and metrics', async () => {
  const token = await shop.issuer.token();
  await using client = openClient(shop.socketUrl, { connectionParams: { Authorization: `Bearer ${token}` } });
  const watching = client.watch(WATCH, { ids: ['q1'] });
  await watching.after(1);
  const changed = client.watch('mutation { setAvailable(id: "q1", available: 3) { available } }');
  expect(await changed.after(1)).toEqual({ data: { setAvailable: { available: 3 } } });
  expect(await watching.after(2)).toMatchObject({ data: { stockChanged: { available: 3 } } });

  const who = client.watch('{ whoAmI }');
  const { data } = await who.after(1);
  expect(JSON.parse((data as { whoAmI: string }).whoAmI)).toMatchObject({ userId: 'u1' });
  const broken = await client.watch('{ product(id: "q1") { broken } }').after(1);
  expect(broken).toMatchObject({
    data: { product: { broken: null } },
    errors: [{ extensions: { code: 'INTERNAL' } }],
  });
  const refused = ['{ nothing }', '{', 'query A { whoAmI } query B { whoAmI }'].map((query) =>
    client.watch(query),
  );
  await until(() => refused.every(({ ended }) => ended !== undefined));
  expect(refused.map(({ ended }) => codeOf(ended)[0]?.code)).toEqual([
    'GRAPHQL_VALIDATION_FAILED',
    'GRAPHQL_PARSE_FAILED',
    'BAD_USER_INPUT',
  ]);
  await until(() => changed.ended !== undefined && who.ended !== undefined);
  expect([changed.ended, who.ended]).toEqual([{}, {}]);
  expect((await shop.get('/metrics')).text).toMatch(
    /requests_total\{operation="mutation",field="setAvailable",outcome="ok"/,
  );
});

test('takes the operation that is named', async () => {
  await using client = openClient(shop.socketUrl);
  const document = `query Q { whoAmI } subscription S { countdown(from: 0) } subscription T { stockChanged(productIds: ["n1"]) { id } }`;
  const wrong = client.watch(document, {}, 'T');
  await until(() => wrong.results.length > 0 || wrong.ended !== undefined);
  expect(wrong.results).toEqual([{ data: { stockChanged: { id: 'n1' } } }]);
  const query = client.watch(document, {}, 'Q');
  expect(await query.after(1)).toMatchObject({ data: { whoAmI: expect.any(String) } });
});

test('says over plain HTTP where subscriptions are to be had', async () => {
  const { status, body } = await shop.ask('subscription { countdown(from: 1) }');
  expect(status).toBe(400);
  expect(body.errors?.[0]?.message).toContain('WebSocket');
});

test('refuses a document that is too deep to be read as over HTTP, and keeps the connection', async () => {
  await using client = openClient(shop.socketUrl);
  const watching = client.watch(WATCH, { ids: ['deep'] });
  await watching.after(1);
  const deep = `subscription ${'{a'.repeat(10_000)}${'}'.repeat(10_000)}`;
  const refused = client.watch(deep);
  await until(() => refused.ended !== undefined);
  const overHttp = (await shop.ask(deep)).body.errors;
  expect(codeOf(refused.ended)[0]?.code).toBe(overHttp?.[0]?.extensions.code);
  expect(overHttp?.[0]?.extensions.code).toBe('GRAPHQL_PARSE_FAILED');
  const events = await shop.get('/graphql', {
    method: 'POST',
    headers: { accept: 'text/event-stream', 'content-type': 'application/json' },
    body: JSON.stringify({ query: deep }),
  });
  expect(events.text).toContain('GRAPHQL_PARSE_FAILED');
  shop.shelves.set('deep', 1);
  await watching.after(2);
  expect(client.connections.closes).toEqual([]);
});

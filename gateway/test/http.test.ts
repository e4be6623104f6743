import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openHouse } from './fixtures/house.js';

let house: Awaited<ReturnType<typeof openHouse>>;
beforeAll(async () => {
  house = await openHouse({ ALLOWED_ORIGINS: 'https://shop.example' });
});
afterAll(() => house.close());

const NAME = '{ product(id: "p1") { name } }';
const NAMED = { data: { product: { name: 'product p1' } } };
const JSON_TYPE = { 'content-type': 'application/json' };
const get = (query: string, headers: Record<string, string> = { 'apollo-require-preflight': '1' }) =>
  house.get(`/graphql?query=${encodeURIComponent(query)}`, { headers });
const post = (body: string, headers: Record<string, string> = JSON_TYPE) =>
  house.get('/graphql', { method: 'POST', headers, body });

test('answers queries by GET, and changes nothing by it', async () => {
  expect((await get(NAME)).body).toEqual(NAMED);
  const refused = await get('mutation { rename(id: "p1", name: "changed") { name } }');
  expect(refused.status).toBe(405);
  expect(refused.headers.get('allow')).toBe('POST');
  expect(refused.body.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  expect(house.names.size).toBe(0);
});

test('changes by POST', async () => {
  const { body } = await house.ask('mutation { rename(id: "p2", name: "changed") { name } }');
  expect(body).toEqual({ data: { rename: { name: 'changed' } } });
});

test('refuses what a page of another site could send without asking the browser first', async () => {
  const query = JSON.stringify({ query: 'mutation { rename(id: "p3", name: "x") { name } }' });
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data']) {
    const { status, body } = await post(query, { 'content-type': type });
    expect(status).toBe(400);
    expect(body.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(body.errors?.[0]?.message).toContain('Cross-Site Request Forgery');
  }
  expect((await get(NAME, {})).status).toBe(400);
  expect(house.names.has('p3')).toBe(false);
});

test.each([
  ['a body that is not JSON', '{"query": '],
  ['an empty body', ''],
  ['a list of operations', JSON.stringify([{ query: NAME }, { query: NAME }])],
  ['a body without a query', '{"variables": {}}'],
  ['a query that is no text', '{"query": 7}'],
  ['a persisted query', '{"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "abc"}}}'],
])('refuses %s', async (_, text) => {
  const { body, status } = await post(text);
  expect(status).toBeLessThan(500);
  const message = expect.any(String);
  expect(body).toEqual({
    errors: [{ message, extensions: { code: 'BAD_USER_INPUT', fields: [{ path: 'request', message }] } }],
  });
});

test('refuses JSON under another type', async () => {
  const { status } = await post(JSON.stringify({ query: NAME }), { 'content-type': 'application/xml' });
  expect(status).toBe(400);
});

const padded = (bytes: number) => JSON.stringify({ query: NAME }).padEnd(bytes, ' ');

/** Writes the body as one announced length, or chunk by chunk without one. */
function send(body: string, announced: boolean): Promise<{ status?: number | undefined; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { ...JSON_TYPE, ...(announced && { 'content-length': Buffer.byteLength(body) }) };
    const sent = request(`${house.url}/graphql`, { method: 'POST', headers }, (response: IncomingMessage) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode, text }));
    });
    sent.on('error', reject);
    for (let at = 0; at < body.length; at += 16_384) sent.write(body.slice(at, at + 16_384));
    sent.end();
  });
}

test.each([true, false])(
  'takes a body up to the limit, and no longer one (announced: %p)',
  async (announced) => {
    expect(JSON.parse((await send(padded(100_000), announced)).text)).toEqual(NAMED);
    for (const bytes of [100_001, 3_000_000]) {
      const { status, text } = await send(padded(bytes), announced);
      expect(status).toBe(413);
      expect(JSON.parse(text)).toMatchObject({ errors: [{ extensions: { code: 'PAYLOAD_TOO_LARGE' } }] });
    }
  },
);

test('knows its paths and their methods', async () => {
  expect((await house.get('/nothing')).status).toBe(404);
  expect((await house.get('/graphql/more')).status).toBe(404);
  for (const method of ['PUT', 'DELETE', 'PATCH']) {
    const { status, headers } = await house.get('/graphql', { method });
    expect(status).toBe(405);
    expect(headers.get('allow')).toBe('GET, POST, OPTIONS');
  }
  expect((await house.get('/return', { method: 'POST' })).status).toBe(405);
  expect((await house.get('/healthz')).status).toBe(200);
  expect((await house.get('/')).text).toContain('href="/graphql"');
});

test('lets pages of the allowed origins read answers, and no others', async () => {
  const origins = ['https://shop.example', 'https://studio.apollographql.com'];
  for (const origin of origins) {
    const { headers } = await house.ask(NAME, { origin });
    expect(headers.get('access-control-allow-origin')).toBe(origin);
    expect(headers.get('access-control-expose-headers')).toContain('retry-after');
    const preflight = await house.get('/graphql', {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-headers': 'authorization,content-type' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toBe('authorization,content-type');
  }
  for (const origin of ['https://evil.example', 'null', 'https://shop.example.evil.example']) {
    const { headers } = await house.ask(NAME, { origin });
    expect(headers.get('access-control-allow-origin')).toBeNull();
  }
});

test('lets even a refusal be read by an allowed page, so that it can sign in again', async () => {
  const { status, headers } = await house.ask(NAME, {
    origin: 'https://shop.example',
    authorization: 'Bearer x',
  });
  expect(status).toBe(401);
  expect(headers.get('access-control-allow-origin')).toBe('https://shop.example');
});

test('lets no page of Sandbox’s read answers in production', async () => {
  await using shop = await openHouse({ NODE_ENV: 'production' });
  const { headers } = await shop.ask(NAME, { origin: 'https://studio.apollographql.com' });
  expect(headers.get('access-control-allow-origin')).toBeNull();
});

test('shows the query plan to Sandbox, and to nobody in production', async () => {
  const plan = { 'apollo-query-plan-experimental': '1' };
  expect((await house.ask(NAME, plan)).body.extensions).toHaveProperty('__queryPlanExperimental');
  await using shop = await openHouse({ NODE_ENV: 'production' });
  expect((await shop.ask(NAME, plan)).body).toEqual(NAMED);
});

test('counts requests by operation, root field and outcome, and times subgraphs', async () => {
  await using quiet = await openHouse({ BODY_LIMIT_BYTES: '1000' });
  await quiet.ask(NAME);
  await quiet.ask('mutation { rename(id: "p1", name: "n") { name } }');
  await quiet.ask(NAME);
  await quiet.ask(
    'query A { ...Two } fragment Two on Query { product(id: "p1") { name } ... { search(id: "p1") { __typename } } }',
  );
  await quiet.ask('{ __typename }');
  await quiet.ask('{ fail(how: NOT_FOUND) }');
  await quiet.ask('{ nothing }');
  await quiet.ask(NAME, { authorization: 'Bearer x' });
  await quiet.ask(NAME, {}, { long: 'x'.repeat(1_000) });
  const { text } = await quiet.get('/metrics');
  const counts = [...text.matchAll(/^stampede_requests_total{(.*),service="gateway"} (\d+)$/gm)]
    .filter(([, , count]) => count !== '0')
    .map(([, labels, count]) => `${labels} ${count}`);
  const counted = (operation: string, field: string, outcome: string, times: number) =>
    `operation="${operation}",field="${field}",outcome="${outcome}" ${times}`;
  expect(counts.toSorted()).toEqual(
    [
      // The second by the short way.
      counted('query', 'product', 'ok', 2),
      counted('query', 'several', 'ok', 1),
      counted('query', 'none', 'ok', 1),
      counted('mutation', 'rename', 'ok', 1),
      counted('query', 'fail', 'NOT_FOUND', 1),
      counted('none', 'none', 'GRAPHQL_VALIDATION_FAILED', 1),
      counted('none', 'none', 'UNAUTHENTICATED', 1),
      counted('none', 'none', 'PAYLOAD_TOO_LARGE', 1),
    ].toSorted(),
  );
  expect(text).toMatch(
    /stampede_subgraph_seconds_count{service="gateway",subgraph="catalog",outcome="answered"} 5/,
  );
});

test('shows metrics to who reaches it, and to nobody through a proxy', async () => {
  const metrics = async (gateway: typeof house, headers: Record<string, string>) =>
    (await gateway.get('/metrics', { headers })).status;
  expect(await metrics(house, {})).toBe(200);
  for (const name of ['via', 'forwarded', 'x-forwarded-for']) {
    expect(await metrics(house, { [name]: 'somebody' })).toBe(404);
  }
  const token = 'a-token-of-thirty-two-characters';
  await using guarded = await openHouse({ METRICS_TOKEN: token });
  expect(await metrics(guarded, {})).toBe(401);
  expect(await metrics(guarded, { authorization: `Bearer ${token}s` })).toBe(401);
  expect(await metrics(guarded, { authorization: `Bearer ${token}`, via: '1.1 proxy' })).toBe(200);
});

test('frees its port', async () => {
  const quiet = await openHouse();
  await quiet.close();
  const server = createServer().listen(quiet.port, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  expect((server.address() as AddressInfo).port).toBe(quiet.port);
  await new Promise((resolve) => server.close(resolve));
});

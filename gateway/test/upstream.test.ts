import { expect, test } from '@jest/globals';
import { respond, type Route } from '@stampede/shared/http';
import type { IncomingHttpHeaders } from 'node:http';
import { ANONYMOUS, ENDED_SESSIONS_PATH, IDENTITY_HEADER, signIdentity } from '@stampede/shared/identity';
import { DEADLINE_HEADER } from '@stampede/shared/spread';
import { IDENTITY_SECRET, openBareSubgraph, openHouse, startGateway, until } from './fixtures/house.js';

const SELLER = '{ product(id: "p1") { name seller { name } } }';
const UNAVAILABLE = {
  message: 'This is not available at the moment. Please try again shortly.',
  extensions: { code: 'SERVICE_UNAVAILABLE', retryAfterMs: 1_000 },
};

test('answers SERVICE_UNAVAILABLE for a subgraph that is down, the rest, and all when it is back', async () => {
  await using house = await openHouse();
  await house.stopCatalog();
  const { status, body, text } = await house.ask('{ product(id: "p1") { name } whoAmI }');
  expect(status).toBe(200);
  expect(body).toEqual({
    data: { product: null, whoAmI: '{"kind":"anonymous"}' },
    errors: [UNAVAILABLE],
  });
  expect(text).not.toMatch(/127\.0\.0\.1|ECONN|catalog|http/);

  await house.startCatalog();
  expect((await house.ask(SELLER)).body.errors).toBeUndefined();
});

/** A gateway whose user subgraph is what the test makes of it; the catalog is real. */
async function askSeller(answer: Route, variables: Record<string, string> = {}) {
  await using house = await openHouse();
  await using bare = await openBareSubgraph(answer);
  const catalog = house.catalogUrl();
  await using gateway = await startGateway({ USER_URL: bare.url, CATALOG_URL: catalog, ...variables });
  return await gateway.ask(SELLER);
}

const PARTLY = { product: { name: 'product p1', seller: null } };

test.each<[string, Route]>([
  ['closes the connection', (request) => void request.socket.destroy()],
  ['answers with a proxy’s page', (_, response) => respond(response, 502, '<h1>nginx at 10.0.0.7</h1>')],
  ['answers half a text', (_, response) => respond(response, 200, '{"data": {"_entit')],
  ['never answers', () => undefined],
])('says that part of the answer is unavailable, and where, when a subgraph %s', async (_, answer) => {
  const { body } = await askSeller(answer, { SUBGRAPH_DEADLINE_MS: '300' });
  expect(body).toEqual({ data: PARTLY, errors: [{ ...UNAVAILABLE, path: ['product', 'seller'] }] });
});

const errorAnswer = (status: number, code: string, message: string): Route => {
  return (_, response) => respond(response, status, { errors: [{ message, extensions: { code } }] });
};

test.each<[string, Route]>([
  [
    'does not take our signature',
    errorAnswer(401, 'UNAUTHENTICATED', 'This address serves the gateway only.'),
  ],
  [
    'runs another schema than was composed',
    errorAnswer(400, 'GRAPHQL_VALIDATION_FAILED', 'Cannot query field "name".'),
  ],
  ['answers nothing', (_, response) => respond(response, 200, {})],
  ['answers something else', (_, response) => respond(response, 200, { data: { _entities: [] } })],
])('takes it for our failure, not for the client’s, when a subgraph %s', async (_, answer) => {
  const { body, headers } = await askSeller(answer);
  const requestId = headers.get('x-request-id');
  expect(body.data).toEqual(PARTLY);
  expect(body.errors).toMatchObject([
    { message: 'Something went wrong on our side.', extensions: { code: 'INTERNAL', requestId } },
  ]);
});

test('sends a subgraph its step, who asks, and nothing else of the client', async () => {
  const seen: IncomingHttpHeaders[] = [];
  await using house = await openHouse();
  await using bare = await openBareSubgraph((request, response) => {
    seen.push(request.headers);
    respond(response, 200, { data: { whoAmI: 'me' } });
  });
  await using gateway = await startGateway({ USER_URL: bare.url, CATALOG_URL: house.catalogUrl() });
  await gateway.ask('{ whoAmI }', { cookie: 'session=1', 'x-forwarded-for': '10.0.0.9', 'x-user-id': 'u1' });
  const names = Object.keys(seen[0] ?? {}).toSorted();
  expect(names).toEqual([
    'accept',
    'connection',
    'content-length',
    'content-type',
    'host',
    'stampede-deadline-ms',
    'stampede-identity',
  ]);
});

test('is ready only while every subgraph and the token keys are there, and becomes so by itself', async () => {
  await using house = await openHouse();
  const readiness = async () => {
    const { status, body } = await house.get('/readyz');
    return { status, reasons: (body as { reasons?: string[] }).reasons };
  };
  await until(async () => (await readiness()).status === 200);
  await house.stopCatalog();
  await until(async () => (await readiness()).status === 503);
  expect((await readiness()).reasons).toEqual([
    expect.stringMatching(/^catalog: 127\.0\.0\.1:\d+ does not answer/),
  ]);
  await house.startCatalog();
  await until(async () => (await readiness()).status === 200);
});

test('starts without the user subgraph, serves what it can, and recovers by itself', async () => {
  await using house = await openHouse();
  let away = true;
  const relayed: Route = async (request, response, url) => {
    if (away) {
      request.socket.destroy();
      return;
    }
    if (url.pathname === ENDED_SESSIONS_PATH)
      return house.endings.routes[url.pathname]?.(request, response, url);
    const answer = await fetch(house.userUrl() + url.pathname);
    respond(response, answer.status, await answer.text(), { 'content-type': 'application/json' });
  };
  await using user = await openBareSubgraph(relayed, [
    '/readyz',
    '/.well-known/jwks.json',
    ENDED_SESSIONS_PATH,
  ]);
  await using gateway = await startGateway({ USER_URL: user.url, CATALOG_URL: house.catalogUrl() });
  const token = { authorization: `Bearer ${await house.issuer.token()}` };

  await until(async () => (await gateway.get('/readyz')).text.match(/user: \S+ does not answer/) !== null);
  expect((await gateway.get('/readyz')).status).toBe(503);
  expect((await gateway.get('/readyz')).text).toContain('the keys of access tokens are not loaded');
  expect((await gateway.get('/readyz')).text).toContain('the sessions that have ended are not loaded');
  expect((await gateway.ask('{ product(id: "p1") { name } }')).body.data).toEqual({
    product: { name: 'product p1' },
  });
  const refused = await gateway.ask('{ product(id: "p1") { name } }', token);
  expect(refused.status).toBe(503);
  expect(refused.body).toEqual({ errors: [UNAVAILABLE] });

  away = false;
  await until(async () => (await gateway.get('/readyz')).status === 200);
  expect((await gateway.ask('{ product(id: "p1") { name } }', token)).status).toBe(200);
});

test('refuses every token on a graph of other services, which has no publisher of keys', async () => {
  await using house = await openHouse();
  await using gateway = await startGateway({ CATALOG_URL: house.catalogUrl() });
  const token = { authorization: `Bearer ${await house.issuer.token()}` };
  const query = '{ product(id: "p1") { name } }';
  expect((await gateway.ask(query)).status).toBe(200);
  expect((await gateway.ask(query, token)).status).toBe(401);
});

test('lets a request in flight finish when it stops, and takes no new one', async () => {
  const house = await openHouse();
  const answer = house.ask('{ held }');
  await house.held.reached;
  const closed = house.closeGateway();
  await until(async () => (await fetch(`${house.url}/healthz`).catch(() => null)) === null);
  house.held.letGo();
  expect((await answer).body).toEqual({ data: { held: 'let go' } });
  await closed;
  await house.close();
});

test('says that it is stopping before it stops, and sends kept connections away with their answers', async () => {
  await using house = await openHouse();
  await until(async () => (await house.get('/readyz')).status === 200);
  house.drain();
  const { status, text } = await house.get('/readyz');
  expect(status).toBe(503);
  expect(text).toContain('stopping');
  const answer = await house.ask('{ whoAmI }');
  expect(answer.status).toBe(200);
  expect(answer.headers.get('connection')).toBe('close');
});

const RENAME = 'mutation ($n: String!) { rename(id: "p1", name: $n) { name } }';

test('is ready and changes things while one of two addresses is away, and counts it', async () => {
  await using house = await openHouse();
  await using gateway = await house.another({
    CATALOG_URL: '',
    CATALOG_URLS: `http://127.0.0.1:1,${house.catalogUrl()}`,
  });
  await until(async () => (await gateway.get('/readyz')).status === 200);
  for (const n of ['one', 'two', 'three']) {
    expect((await gateway.ask(RENAME, {}, { n })).body.data).toEqual({ rename: { name: n } });
  }
  const { text } = await gateway.get('/metrics');
  expect(text).toMatch(/upstream_addresses\{subgraph="catalog",state="not_ready",[^}]*\} 1/);
});

test('a subgraph begins nothing for which nobody waits any more', async () => {
  await using house = await openHouse();
  const body = JSON.stringify({ query: RENAME, variables: { n: 'late' } });
  const signed = { audience: 'catalog', identity: ANONYMOUS, requestId: 'r-1' };
  const ask = async (deadline: string) => {
    const headers = {
      [IDENTITY_HEADER]: signIdentity(IDENTITY_SECRET, signed, body),
      [DEADLINE_HEADER]: deadline,
    };
    return (await fetch(`${house.catalogUrl()}/graphql`, { method: 'POST', headers, body })).status;
  };
  expect(await ask('0')).toBe(503);
  expect(house.names.size).toBe(0);
  expect(await ask('5000')).toBe(200);
  expect(house.names.get('p1')).toBe('late');
});

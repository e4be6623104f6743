import { expect, test } from '@jest/globals';
import { respond } from '@stampede/shared/http';
import { IDENTITY_HEADER, REFRESH_COOKIE_HEADER, type Client } from '@stampede/shared/identity';
import { createClient } from 'graphql-ws';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { openBareSubgraph, startGateway, supergraphFile } from './fixtures/house.js';

const TOKEN = 'A'.repeat(43);
const COOKIE = { cookie: `stampede-refresh=${TOKEN}` };
const SHOP = 'https://shop.example';
const QUERY = '{ whoAmI }';

/** What the signature says of the client; undefined when nothing. */
function toldBy({ headers }: IncomingMessage): Client | undefined {
  const [payload = ''] = String(headers[IDENTITY_HEADER]).split('.');
  return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { cl?: Client }).cl;
}

/** A gateway before subgraphs that keep what they were told, and of which the user one sets a cookie. */
async function openDoor(variables: Record<string, string> = {}, cookie?: string) {
  const told: (Client | undefined)[] = [];
  const user = await openBareSubgraph((request, response) => {
    told.push(toldBy(request));
    if (cookie !== undefined) response.setHeader(REFRESH_COOKIE_HEADER, cookie);
    respond(response, 200, { data: { whoAmI: 'me' } });
  });
  const toldCatalog: (Client | undefined)[] = [];
  const catalog = await openBareSubgraph((request, response) => {
    toldCatalog.push(toldBy(request));
    response.setHeader(REFRESH_COOKIE_HEADER, 'stolen');
    respond(response, 200, { data: { product: { name: 'n' } } });
  });
  const gateway = await startGateway({
    USER_URL: user.url,
    CATALOG_URL: catalog.url,
    ALLOWED_ORIGINS: SHOP,
    PUBLIC_URL: 'http://localhost:4000',
    ...variables,
  });
  return {
    ...gateway,
    told,
    toldCatalog,
    /** The same twice: the first is planned, the second goes the short way. */
    askTwice: async (headers: Record<string, string> = {}) => [
      await gateway.ask(QUERY, headers),
      await gateway.ask(QUERY, headers),
    ],
    async [Symbol.asyncDispose]() {
      await gateway.close();
      await user[Symbol.asyncDispose]();
      await catalog[Symbol.asyncDispose]();
    },
  };
}

test('tells the user service of the client, on the long and the short way', async () => {
  await using door = await openDoor({ TRUSTED_PROXIES: '1' });
  await door.askTwice({ ...COOKIE, 'x-forwarded-for': '6.6.6.6, 198.51.100.3', 'accept-language': 'ko' });
  const client = { address: '198.51.100.3', language: 'ko', takesCookies: true, refreshToken: TOKEN };
  expect(door.told).toEqual([client, client]);
});

test('tells no other service', async () => {
  await using door = await openDoor();
  for (const _ of [1, 2]) {
    const { headers } = await door.ask('{ product(id: "p") { name } }', COOKIE);
    expect(headers.get('set-cookie')).toBeNull();
  }
  expect(door.toldCatalog).toEqual([undefined, undefined]);
  expect(door.told).toEqual([]);
});

test('tells no stranger’s subgraph, which is called user as ours is', async () => {
  const told: (Client | undefined)[] = [];
  await using stranger = await openBareSubgraph((request, response) => {
    told.push(toldBy(request));
    response.setHeader(REFRESH_COOKIE_HEADER, 'stolen');
    respond(response, 200, { data: { whoAmI: 'me' } });
  });
  const text = await readFile(await supergraphFile, 'utf8');
  const file = join(await mkdtemp(join(tmpdir(), 'stampede-clients-')), 'supergraph.graphql');
  await writeFile(file, text.replace('http://user/', `${stranger.url}/graphql`));
  await using gateway = await startGateway({ SUPERGRAPH_FILE: file });
  const { body, headers } = await gateway.ask(QUERY, COOKIE);
  expect(body.data).toEqual({ whoAmI: 'me' });
  expect(headers.get('set-cookie')).toBeNull();
  expect(told).toEqual([undefined]);
});

test('keeps the token as a cookie out of scripts’ and other sites’ reach, on both ways', async () => {
  await using door = await openDoor({}, 'next');
  for (const { headers, text } of await door.askTwice()) {
    expect(headers.get('set-cookie')).toBe(
      'stampede-refresh=next; Max-Age=2592000; Path=/; HttpOnly; SameSite=Strict',
    );
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get(REFRESH_COOKIE_HEADER)).toBeNull();
    expect(text).not.toContain('next');
  }
});

test('ties the cookie to the host over https', async () => {
  await using door = await openDoor({ PUBLIC_URL: 'https://api.example' }, 'next');
  const { headers } = await door.ask(QUERY);
  expect(headers.get('set-cookie')).toBe(
    '__Host-stampede-refresh=next; Max-Age=2592000; Path=/; HttpOnly; SameSite=Strict; Secure',
  );
});

test('removes the cookie when the user service says so', async () => {
  await using door = await openDoor({}, '');
  for (const { headers } of await door.askTwice(COOKIE)) {
    expect(headers.get('set-cookie')).toBe('stampede-refresh=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict');
  }
});

test('removes none of two cookies: the browser would let go of its own, and keep the other', async () => {
  await using door = await openDoor({}, '');
  const cookie = `stampede-refresh=${TOKEN}; stampede-refresh=other`;
  for (const { headers } of await door.askTwice({ cookie })) expect(headers.get('set-cookie')).toBeNull();
});

test('counts the cookie of the house’s own pages and of no others', async () => {
  await using door = await openDoor({}, 'next');
  const { host } = new URL(door.url);
  const own = ['http://localhost:4000', `http://${host}`, `https://${host}`, SHOP];
  for (const origin of own) {
    const { headers } = await door.ask(QUERY, { ...COOKIE, origin });
    expect(headers.get('set-cookie')).toContain('next');
    expect(door.told.pop()).toMatchObject({ takesCookies: true, refreshToken: TOKEN });
  }
  const others = [
    'https://studio.apollographql.com',
    'https://sandbox.embed.apollographql.com',
    'https://evil.example',
    `${SHOP}.evil.example`,
    'http://shop.example',
    'http://localhost:4001',
    'null',
    'nonsense',
    '',
  ];
  for (const origin of others) {
    const { headers } = await door.ask(QUERY, { ...COOKIE, origin });
    expect(headers.get('set-cookie')).toBeNull();
    expect(door.told.pop()).toEqual({ address: '127.0.0.1', language: 'en', takesCookies: false });
  }
});

test('counts no page that was sent in the clear as its own where it is reached by https', async () => {
  await using door = await openDoor({ PUBLIC_URL: 'https://api.example' });
  const { host } = new URL(door.url);
  const cookie = `__Host-stampede-refresh=${TOKEN}`;
  await door.ask(QUERY, { cookie, origin: `http://${host}` });
  await door.ask(QUERY, { cookie, origin: `https://${host}` });
  await door.ask(QUERY, { cookie, origin: 'https://api.example' });
  expect(door.told.map((client) => client?.takesCookies)).toEqual([false, true, true]);
});

test('neither counts nor sets a cookie by GET', async () => {
  await using door = await openDoor({}, 'next');
  const headers = { ...COOKIE, 'apollo-require-preflight': '1' };
  const answer = await door.get(`/graphql?query=${encodeURIComponent(QUERY)}`, { headers });
  expect(answer.body.data).toEqual({ whoAmI: 'me' });
  expect(answer.headers.get('set-cookie')).toBeNull();
  expect(door.told).toEqual([{ address: '127.0.0.1', language: 'en', takesCookies: false }]);
});

test('lets pages of the allowed origins send cookies, and not those of Sandbox', async () => {
  await using door = await openDoor();
  const of = async (origin: string, method = 'OPTIONS') =>
    (await door.get('/graphql', { method, headers: { origin } })).headers.get(
      'access-control-allow-credentials',
    );
  expect([await of(SHOP), await of(SHOP, 'POST')]).toEqual(['true', 'true']);
  expect(await of('https://studio.apollographql.com')).toBeNull();
  expect(await of('https://evil.example')).toBeNull();
});

test.each([
  ['a cookie header of 8 kB', `stampede-refresh=${'A'.repeat(8_192)}`],
  ['a cookie header that is none', '=;;;=; stampede-refresh'],
  ['two cookies of the name', `stampede-refresh=${TOKEN}; stampede-refresh=${TOKEN}`],
])('answers a client with %s as one without', async (_, cookie) => {
  await using door = await openDoor();
  expect((await door.ask(QUERY, { cookie })).body.data).toEqual({ whoAmI: 'me' });
  expect(door.told).toEqual([{ address: '127.0.0.1', language: 'en', takesCookies: true }]);
});

test('tells of a client over WebSocket what its upgrade said, and that it takes no cookies', async () => {
  await using door = await openDoor({ TRUSTED_PROXIES: '1' }, 'next');
  class Browser extends WebSocket {
    constructor(url: string, protocols: string) {
      super(url, protocols, {
        headers: { ...COOKIE, 'accept-language': 'ko', 'x-forwarded-for': '2001:db8::1' },
      });
    }
  }
  const url = `${door.url.replace('http', 'ws')}/graphql`;
  const client = createClient({ url, webSocketImpl: Browser, retryAttempts: 0 });
  for await (const { data } of client.iterate({ query: QUERY })) expect(data).toEqual({ whoAmI: 'me' });
  await client.dispose();
  expect(door.told).toEqual([{ address: '2001:db8:0:0::/64', language: 'ko', takesCookies: false }]);
});

test('tells likewise of a client that asks for an event stream', async () => {
  await using door = await openDoor({}, 'next');
  const { text, headers } = await door.ask(QUERY, {
    ...COOKIE,
    accept: 'text/event-stream',
    'accept-language': 'ko',
  });
  expect(text).toContain('"whoAmI":"me"');
  expect(headers.get('set-cookie')).toBeNull();
  expect(door.told).toEqual([{ address: '127.0.0.1', language: 'ko', takesCookies: false }]);
});

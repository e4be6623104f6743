import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connect } from 'node:net';
import { deflateSync, gzipSync, brotliCompressSync } from 'node:zlib';
import { openHouse } from './fixtures/house.js';
import { counted } from './fixtures/requests.js';

const SHOP = 'https://shop.example';

let house: Awaited<ReturnType<typeof openHouse>>;
beforeAll(async () => {
  house = await openHouse({ ALLOWED_ORIGINS: SHOP, BODY_LIMIT_BYTES: '1000' });
});
afterAll(() => house.close());

const NAME = '{ product(id: "p1") { name } }';
const NAMED = { data: { product: { name: 'product p1' } } };
const RENAME = 'mutation { rename(id: "p9", name: "stolen") { name } }';
const JSON_TYPE = 'application/json';
const body = (query = NAME) => JSON.stringify({ query });
const post = (
  sent: NonNullable<RequestInit['body']>,
  headers: Record<string, string> = { 'content-type': JSON_TYPE },
) => house.get('/graphql', { method: 'POST', headers, body: sent });
const get = (query: string, headers: Record<string, string>) =>
  house.get(`/graphql?query=${encodeURIComponent(query)}`, { headers });

/** Sends bytes as they are, and reads until the connection ends. */
function sendRaw(text: string, port = house.port): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = connect({ port, host: '127.0.0.1' }, () => socket.write(text, 'latin1'));
    socket.on('data', (data) => (answer += data.toString()));
    socket.on('error', reject);
    socket.on('close', () => resolve(answer));
  });
}

const lines = (...all: string[]) => `${all.join('\r\n')}\r\n\r\n`;

const CHUNKED = [
  'POST /graphql HTTP/1.1',
  'Host: x',
  'Content-Type: application/json',
  'Transfer-Encoding: chunked',
];

const POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const ALWAYS = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
};
const PLAIN = {
  ...ALWAYS,
  'content-security-policy': POLICY,
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};
const only = (names: object, headers: Headers) =>
  Object.fromEntries(Object.keys(names).map((name) => [name, headers.get(name)]));

test.each<[string, number, string, RequestInit]>([
  ['an answer', 200, '/graphql', { method: 'POST', headers: { 'content-type': JSON_TYPE }, body: body() }],
  ['an answer by GET', 200, '/graphql?query={whoAmI}', { headers: { 'apollo-require-preflight': '1' } }],
  [
    'a refused document',
    400,
    '/graphql',
    { method: 'POST', headers: { 'content-type': JSON_TYPE }, body: body('{') },
  ],
  ['a refused token', 401, '/graphql', { method: 'POST', headers: { authorization: 'Bearer x' } }],
  ['a preflight', 204, '/graphql', { method: 'OPTIONS', headers: { origin: SHOP } }],
  ['a method that there is not', 405, '/graphql', { method: 'DELETE' }],
  [
    'a body that is too long',
    413,
    '/graphql',
    { method: 'POST', headers: { 'content-type': JSON_TYPE }, body: body('#'.repeat(1_000)) },
  ],
  [
    'another charset',
    415,
    '/graphql',
    { method: 'POST', headers: { 'content-type': `${JSON_TYPE}; charset=utf-7` }, body: body() },
  ],
  ['a refused event stream', 400, '/graphql', { headers: { accept: 'text/event-stream' } }],
  ['an event stream', 200, '/graphql?query={whoAmI}', { headers: { accept: 'text/event-stream' } }],
  ['what is not there', 404, '/nothing', {}],
  ['a page by a wrong method', 405, '/return', { method: 'POST' }],
  ['a page that fails', 500, '/products/nothing', {}],
  ['a form of a bad link', 400, '/verify-email?token=x', {}],
  ['a form from elsewhere', 403, '/reset-password', { method: 'POST' }],
  ['Sandbox', 200, '/graphql', { headers: { accept: 'text/html' } }],
])('%s tells browsers to sniff, frame and embed nothing', async (_, status, path, init) => {
  const answer = await house.get(path, init);
  expect(answer.status).toBe(status);
  expectGuarded(answer.headers);
});

test('so does every route, whatever it is asked by', async () => {
  expect(house.paths).toEqual(expect.arrayContaining(['/', '/graphql', '/graphiql', '/metrics', '/return']));
  for (const path of house.paths) {
    for (const method of ['GET', 'POST', 'OPTIONS'])
      expectGuarded((await house.get(path, { method })).headers);
  }
});

function expectGuarded(headers: Headers): void {
  expect(only(ALWAYS, headers)).toEqual(ALWAYS);
  for (const name of ['x-powered-by', 'server', 'strict-transport-security']) {
    expect({ name, value: headers.get(name) }).toEqual({ name, value: null });
  }
  expect(headers.get('referrer-policy')).toMatch(/^(no-referrer|same-origin)$/);
  expect(headers.get('cache-control')).toMatch(/^no-(store|cache)/);
  const isPage = headers.get('content-type')?.startsWith('text/html');
  const policy = headers.get('content-security-policy');
  expect(policy).toMatch(/^default-src 'none'; .*frame-ancestors 'none'$/);
  if (!isPage) expect(policy).toBe(POLICY);
}

test('has browsers stay with https where that is how the house is reached', async () => {
  await using shop = await house.another({ NODE_ENV: 'production', PUBLIC_URL: 'https://shop.example' });
  for (const path of ['/graphql', '/return', '/nothing', '/healthz']) {
    const { headers } = await shop.get(path);
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
  }
  const broken = await sendRaw('nonsense\r\n\r\n', shop.port);
  expect(broken).toContain('strict-transport-security: max-age=31536000');
});

test.each([
  ['no HTTP', 'nonsense\r\n\r\n', 400],
  [
    'a header that is too long',
    lines('GET /graphql HTTP/1.1', 'Host: x', `X-Long: ${'x'.repeat(20_000)}`),
    431,
  ],
  ['an address that is too long', lines(`GET /graphql?query=${'x'.repeat(20_000)} HTTP/1.1`, 'Host: x'), 431],
  [
    'an expectation that nobody knows',
    lines('POST /graphql HTTP/1.1', 'Host: x', 'Expect: wonders', 'Content-Length: 2'),
    417,
  ],
  [
    'a length and chunks at once',
    lines('POST /graphql HTTP/1.1', 'Host: x', 'Content-Length: 4', 'Transfer-Encoding: chunked'),
    400,
  ],
  ['two lengths', lines('POST /graphql HTTP/1.1', 'Host: x', 'Content-Length: 4', 'Content-Length: 5'), 400],
  [
    'chunks that are not the last coding',
    lines('POST /graphql HTTP/1.1', 'Host: x', 'Transfer-Encoding: chunked, gzip'),
    400,
  ],
  ['a coding that hides', lines('POST /graphql HTTP/1.1', 'Host: x', 'Transfer-Encoding: xchunked'), 400],
  [
    'a folded header',
    lines('POST /graphql HTTP/1.1', 'Host: x', 'Transfer-Encoding:', ' chunked', 'Content-Length: 4'),
    400,
  ],
  [
    'one length twice',
    lines('POST /graphql HTTP/1.1', 'Host: x', 'Content-Length: 4', 'Content-Length: 4'),
    400,
  ],
  ['a list of lengths', lines('POST /graphql HTTP/1.1', 'Host: x', 'Content-Length: 4, 4'), 400],
  ['a blank before a colon', lines('POST /graphql HTTP/1.1', 'Host: x', 'Content-Length : 4'), 400],
  ['lines that end by LF alone', 'POST /graphql HTTP/1.1\nHost: x\nContent-Length: 4\n\n', 400],
  [
    'a header that ends by CR alone',
    lines('POST /graphql HTTP/1.1', 'Host: x', 'A: b\rContent-Length: 4'),
    400,
  ],
  ['a chunk whose length ends by LF alone', `${lines(...CHUNKED)}1\n{\r\n`, 400],
  ['a chunk of a length that is none', `${lines(...CHUNKED)}0x1\r\n{\r\n`, 400],
  ['a length that is no number', lines('POST /graphql HTTP/1.1', 'Host: x', 'Content-Length: +4'), 400],
  ['no host', lines('GET /graphql HTTP/1.1'), 400],
])('%s is refused, and the connection with it', async (_, text, status) => {
  const smuggled = lines('GET /healthz HTTP/1.1', 'Host: x');
  const answer = await sendRaw(`${text}0\r\n\r\n${smuggled}`);
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(answer.match(/HTTP\/1\.1 \d/g)).toHaveLength(1);
  expect(answer.toLowerCase()).toMatch(/\r\nconnection: close\r\n/);
  expect(answer).not.toContain('alive');
  if (status !== 417 && !text.startsWith('GET /graphql HTTP/1.1\r\n\r\n')) {
    for (const [name, value] of Object.entries(PLAIN)) expect(answer).toContain(`${name}: ${value}\r\n`);
    expect(answer).toContain('"code":"BAD_USER_INPUT"');
  }
});

const CROSS_SITE = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };

test.each([
  ['text/plain'],
  ['TEXT/PLAIN;charset=UTF-8'],
  ['text/plain; application/json'],
  ['application/x-www-form-urlencoded'],
  ['multipart/form-data; boundary=x'],
  ['application/json, text/plain'],
  ['application/jsonp'],
  [''],
])('a page of another site changes nothing by a POST of %p', async (type) => {
  for (const accept of ['*/*', 'text/event-stream']) {
    const headers = { ...CROSS_SITE, accept, 'content-type': type };
    const { status, body: said } = await post(body(RENAME), headers);
    expect(status).toBe(accept === '*/*' ? 400 : 403);
    expect(said).not.toHaveProperty('data');
    const own = await post(body(RENAME), { accept, 'content-type': type });
    expect(own.status).toBe(400);
    expect(own.body.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  }
  expect(house.names.has('p9')).toBe(false);
});

// GHSA-9q82-xgwf-vj6h: a browser let pages send any Content-Type by GET without asking first.
test.each([
  ['no header that a page could not set', 400, {}],
  ['a type of forms', 400, { 'content-type': 'text/plain' }],
  ['an odd type', 415, { 'content-type': 'message/http' }],
  ['a type with a parameter', 415, { 'content-type': 'x/y; charset=utf-8' }],
  ['no type at all', 415, { 'content-type': ';' }],
])('nothing is asked for by GET with %s', async (_, refusal, headers: Record<string, string>) => {
  for (const query of [NAME, RENAME]) {
    const { status, body: said } = await get(query, headers);
    expect(status).toBe(refusal);
    expect(said.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
    expect(said).not.toHaveProperty('data');
  }
  expect(house.names.has('p9')).toBe(false);
});

test('by GET nothing is changed, whatever else is said', async () => {
  const both = encodeURIComponent(`query A ${NAME} ${RENAME.replace('mutation', 'mutation B')}`);
  const ways: Record<string, string>[] = [
    { 'apollo-require-preflight': '1' },
    { 'apollo-require-preflight': '1', 'x-http-method-override': 'POST', 'x-method-override': 'POST' },
    { accept: 'text/event-stream' },
  ];
  for (const headers of ways) {
    expect((await get(RENAME, headers)).status).toBe(405);
    expect((await house.get(`/graphql?query=${both}&operationName=B`, { headers })).status).toBe(405);
  }
  expect(house.names.has('p9')).toBe(false);
});

test.each([
  'null',
  'https://evil.example',
  'http://shop.example',
  'https://shop.example:8443',
  'https://shop.example.evil.example',
  'https://evilshop.example',
  'https://SHOP.example',
  'https://shop.example/',
  'https://user@shop.example',
  'https://shop.example, https://evil.example',
])('a page of %s reads nothing', async (origin) => {
  const preflight = await house.get('/graphql', {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
    },
  });
  const answer = await house.ask(NAME, { origin });
  for (const { headers } of [preflight, answer]) {
    const granted = [...headers.keys()].filter((name) => name.startsWith('access-control-'));
    expect(granted).toEqual([]);
    expect(headers.get('vary')).toContain('Origin');
  }
  const stream = await get('{ whoAmI }', { origin, accept: 'text/event-stream' });
  expect(stream.status).toBe(403);
  const upgrade = lines(
    'GET /graphql HTTP/1.1',
    'Host: x',
    `Origin: ${origin}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Protocol: graphql-transport-ws',
  );
  expect(await sendRaw(upgrade)).toMatch(/^HTTP\/1.1 403 /);
});

test('a page of an allowed origin asks with cookies, and one of Sandbox’s without', async () => {
  const granted = async (origin: string) => {
    const headers = { origin, 'access-control-request-headers': 'authorization,content-type' };
    const { headers: answered } = await house.get('/graphql', { method: 'OPTIONS', headers });
    const names = ['origin', 'credentials', 'methods', 'headers'];
    return names.map((name) => answered.get(`access-control-allow-${name}`));
  };
  const rest = ['GET, POST', 'authorization,content-type'];
  expect(await granted(SHOP)).toEqual([SHOP, 'true', ...rest]);
  const sandbox = 'https://studio.apollographql.com';
  expect(await granted(sandbox)).toEqual([sandbox, null, ...rest]);
});

test.each(['cross-site', 'same-site'])(
  'a page that says no origin, only that it is %s, has no stream',
  async (site) => {
    const headers = { accept: 'text/event-stream', 'sec-fetch-site': site };
    expect((await get('{ whoAmI }', headers)).status).toBe(403);
    expect((await get('{ whoAmI }', { ...headers, origin: SHOP })).status).toBe(200);
    expect((await get('{ whoAmI }', { ...headers, 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  },
);

const bomb = Buffer.alloc(500_000, ' ');
const UTF_16 = Buffer.from(body(), 'utf16le');

test.each<[string, string | Buffer, Record<string, string>, number]>([
  ['in UTF-8', body(), { 'content-type': 'application/json; charset=utf-8' }, 200],
  ['in "UTF8", quoted', body(), { 'content-type': 'APPLICATION/JSON;a=b; Charset="UTF8"' }, 200],
  ['said to be identical', body(), { 'content-encoding': 'identity' }, 200],
  ['in UTF-16', UTF_16, { 'content-type': 'application/json; charset=utf-16' }, 415],
  ['in UTF-16 that nobody speaks of', UTF_16, {}, 400],
  ['in UTF-32', body(), { 'content-type': 'application/json; charset=utf-32be' }, 415],
  ['in UTF-7', body(), { 'content-type': 'application/json; charset=utf-7' }, 415],
  ['in two charsets', body(), { 'content-type': 'application/json; charset=utf-8; charset=utf-7' }, 415],
  ['in no charset', body(), { 'content-type': 'application/json; charset=' }, 415],
  ['in an exotic charset', body(), { 'content-type': `application/json; charset=${'x-'.repeat(500)}` }, 415],
  ['of bytes that are no UTF-8', Buffer.from(`{"query":"{ whoAmI }","x":"\xff\xfe"}`, 'latin1'), {}, 400],
  ['with a byte order mark', `\uFEFF${body()}`, {}, 400],
  ['packed by gzip', gzipSync(bomb), { 'content-encoding': 'gzip' }, 415],
  ['packed by deflate', deflateSync(body()), { 'content-encoding': 'deflate' }, 415],
  ['packed by brotli', brotliCompressSync(body()), { 'content-encoding': 'br' }, 415],
  ['packed twice', gzipSync(body()), { 'content-encoding': 'identity, gzip' }, 415],
])('a body %s is read as what it is, or not at all', async (_, sent, headers, status) => {
  for (const accept of ['application/json', 'text/event-stream']) {
    const answer = await post(sent as NonNullable<RequestInit['body']>, {
      'content-type': JSON_TYPE,
      accept,
      ...headers,
    });
    expect(answer.status).toBe(status);
    const message = expect.any(String);
    const refusal = {
      message,
      extensions: { code: 'BAD_USER_INPUT', fields: [{ path: 'request', message }] },
    };
    if (status !== 200) expect(answer.body).toEqual({ errors: [refusal] });
  }
});

test('a packed form or webhook is refused, too', async () => {
  const form = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-encoding': 'gzip',
    origin: house.url,
  };
  expect(
    (await house.get('/reset-password', { method: 'POST', headers: form, body: 'token=x' })).status,
  ).toBe(415);
});

test.each<[string, unknown, number]>([
  ['a list of operations', [{ query: NAME }], 400],
  ['an empty list', [], 400],
  ['a text', 'x', 400],
  ['a number', 1, 400],
  ['null', null, 400],
  ['an operation below __proto__', JSON.parse(`{"__proto__": {"query": ${JSON.stringify(NAME)}}}`), 400],
  [
    'variables below __proto__',
    JSON.parse(`{"query": "{ whoAmI }", "variables": {"__proto__": {"polluted": 1}}}`),
    200,
  ],
  ['variables that are a list', { query: NAME, variables: [] }, 400],
])('a body that is %s is answered as such', async (_, sent, status) => {
  const answer = await post(JSON.stringify(sent));
  expect(answer.status).toBe(status);
  if (status !== 200) expect(answer.body.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test('of a key that stands twice in a body the last one counts, for all who read it', async () => {
  const sent = `{"query": ${JSON.stringify(RENAME)}, "query": ${JSON.stringify(NAME)}}`;
  for (let asked = 0; asked < 2; asked += 1) expect((await post(sent)).body).toEqual(NAMED);
  expect(house.names.has('p9')).toBe(false);
});

test('what an address says twice is refused, and no list of operations is taken from one', async () => {
  const preflight = { 'apollo-require-preflight': '1' };
  const ways: Record<string, string>[] = [preflight, { accept: 'text/event-stream' }];
  for (const headers of ways) {
    for (const address of ['query={whoAmI}&query={whoAmI}', 'query={whoAmI}&variables={}&variables={}']) {
      expect((await house.get(`/graphql?${address}`, { headers })).status).toBe(400);
    }
    const batch = `/graphql?query=${encodeURIComponent(`[{"query":"${NAME}"}]`)}`;
    expect((await house.get(batch, { headers })).body).not.toHaveProperty('data');
  }
});

const chunk = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n`;
const ASKED = ['POST /graphql HTTP/1.1', 'Host: x', 'Content-Type: application/json'];

test('one connection takes a body of the limit, and ends with one above it', async () => {
  const whole = body().padEnd(1_000, ' ');
  const fits = `${lines(...ASKED, 'Content-Length: 1000')}${whole}`;
  const inChunks = `${lines(...ASKED, 'Transfer-Encoding: chunked')}${chunk(whole.slice(0, 400))}${chunk(whole.slice(400))}${chunk('')}`;
  const tooLong = `${lines(...ASKED, 'Transfer-Encoding: chunked')}${chunk(whole)}${chunk(' ')}${chunk('')}`;
  const answer = await sendRaw(`${fits}${inChunks}${tooLong}${fits}`);
  expect([...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual([
    '200',
    '200',
    '413',
  ]);
});

test('a body that is longer than it says is no second request of somebody else', async () => {
  const whole = body();
  const answer = await sendRaw(
    `${lines(...ASKED, `Content-Length: ${whole.length}`)}${whole}${body(RENAME)}`,
  );
  expect([...answer.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, status]) => status)).toEqual(['400']);
  expect(answer.toLowerCase()).toContain('connection: close');
  expect(house.names.has('p9')).toBe(false);
});

/** Whatever other labels there are. */
const REFUSED = 'requests_total\\{\\S*operation="none"\\S*outcome="BAD_USER_INPUT"';

test('counts what is refused before it is read', async () => {
  const before = await counted(house, REFUSED);
  await post(gzipSync(body()), { 'content-type': JSON_TYPE, 'content-encoding': 'gzip' });
  expect(await counted(house, REFUSED)).toBe(before + 1);
});

test.each(['PUT', 'DELETE', 'PATCH', 'HEAD', 'PROPFIND'])(
  'there is no %s of an operation',
  async (method) => {
    for (const accept of ['application/json', 'text/event-stream']) {
      const { status, headers } = await fetch(`${house.url}/graphql?query={whoAmI}`, {
        method,
        headers: { accept },
      });
      expect(status).toBe(405);
      expect(headers.get('allow')).toBe('GET, POST, OPTIONS');
    }
  },
);

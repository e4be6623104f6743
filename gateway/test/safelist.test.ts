import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EnvironmentError } from '@stampede/shared/env';
import { openMetrics, type Log } from '@stampede/shared/telemetry';
import { GraphQLError } from 'graphql';
import { readGatewayEnv } from '../src/env.js';
import { openSafelist } from '../src/safelist/safelist.js';
import { IDENTITY_SECRET, openHouse, supergraphFile, until, type TestGateway } from './fixtures/house.js';
import { openRaw } from './fixtures/live/clients.js';
import { counted, shortAnswers } from './fixtures/requests.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const folder = mkdtempSync(join(tmpdir(), 'stampede-safelist-'));
const FILE = join(folder, 'manifest.json');

const NAME = 'query Name($id: ID!) {\n  product(id: $id) {\n    name\n  }\n}';
const WHO = 'query Who {\n  whoAmI\n}';
const RENAME = 'mutation Rename($n: String!) {\n  rename(id: "p1", name: $n) {\n    name\n  }\n}';
const entry = (name: string, type: string, body: string, id = sha256(body)) => ({ id, name, type, body });
const LISTED = [
  entry('Name', 'query', NAME),
  entry('Who', 'query', WHO, 'who-am-i'),
  entry('Rename', 'mutation', RENAME),
];
const manifestOf = (operations: unknown[]) =>
  JSON.stringify({ format: 'apollo-persisted-query-manifest', version: 1, operations });
const write = (operations: unknown[]) => writeFileSync(FILE, manifestOf(operations));

let house: Awaited<ReturnType<typeof openHouse>>;
beforeAll(async () => {
  write(LISTED);
  house = await openHouse({ SAFELIST_FILE: FILE, SUPERGRAPH_POLL_MS: '20' });
});
afterAll(async () => {
  await house.close();
  rmSync(folder, { recursive: true });
});

type Sent = Record<string, unknown>;
const persisted = (sha256Hash: unknown) => ({ extensions: { persistedQuery: { version: 1, sha256Hash } } });

const post = (sent: unknown, gateway: Pick<TestGateway, 'get'> = house) =>
  gateway.get('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(sent),
  });
const addressOf = (sent: Sent) => {
  const texts = Object.entries(sent).map(([name, value]): [string, string] => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ]);
  return `/graphql?${new URLSearchParams(texts).toString()}`;
};
const get = (sent: Sent) => house.get(addressOf(sent), { headers: { 'apollo-require-preflight': '1' } });
const stream = (sent: Sent) => house.get(addressOf(sent), { headers: { accept: 'text/event-stream' } });
const streamByPost = (sent: Sent) =>
  house.get('/graphql', {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify(sent),
  });

/** What comes back over a WebSocket, as one text. */
async function socket(sent: Sent): Promise<string> {
  await using raw = await openRaw(`${house.url.replace('http', 'ws')}/graphql`);
  raw.send({ type: 'connection_init' });
  await until(() => raw.frames.some(({ type }) => type === 'connection_ack'));
  raw.send({ type: 'subscribe', id: '1', payload: sent });
  await until(() => raw.frames.some(({ type }) => type === 'complete' || type === 'error'));
  return JSON.stringify(raw.frames);
}

const P1 = { variables: { id: 'p1' } };
const SAID: [string, Sent][] = [
  ['its text', { query: NAME, ...P1 }],
  ['its text and name', { query: NAME, operationName: 'Name', ...P1 }],
  ['the hash of a persisted query', { ...persisted(sha256(NAME)), operationName: 'Name', ...P1 }],
  ['text and hash', { query: NAME, ...persisted(sha256(NAME)), ...P1 }],
  ['an id', { id: sha256(NAME), ...P1 }],
  ['a document’s id', { documentId: sha256(NAME), ...P1 }],
];

test.each(SAID)('runs a listed operation by %s, whichever way it comes', async (_, sent) => {
  const data = { product: { name: 'product p1' } };
  for (const ask of [post, get]) expect((await ask(sent)).body).toEqual({ data });
  for (const ask of [stream, streamByPost])
    expect((await ask(sent)).text).toContain(JSON.stringify({ data }));
  expect(await socket(sent)).toContain(JSON.stringify({ data }));
});

test('knows an operation by the id of the list and by the hash of its text', async () => {
  for (const key of ['who-am-i', sha256(WHO)]) {
    expect((await post(persisted(key))).body.data).toHaveProperty('whoAmI');
  }
});

test('answers by a hash the short way, too', async () => {
  const sent = { ...persisted(sha256(NAME)), ...P1 };
  await post(sent);
  const before = await shortAnswers(house);
  await post(sent);
  expect(await shortAnswers(house)).toBe(before + 1);
});

test('changes something by POST only, also by its id', async () => {
  const rename = { id: sha256(RENAME), variables: { n: 'changed' } };
  expect((await get(rename)).status).toBe(405);
  expect((await stream(rename)).status).toBe(405);
  expect(house.names.size).toBe(0);
  expect((await post(rename)).body).toEqual({ data: { rename: { name: 'changed' } } });
  house.names.clear();
});

const OTHER = '{ whoAmI }';
const ATTEMPTS: [string, Sent][] = [
  ['another text', { query: OTHER }],
  ['a blank more', { query: `${NAME} `, ...P1 }],
  ['a blank less', { query: NAME.replaceAll('\n  ', ' '), ...P1 }],
  ['a comment', { query: `${NAME}#`, ...P1 }],
  ['a mark before it', { query: `\uFEFF${NAME}`, ...P1 }],
  ['an alias', { query: NAME.replace('name', 'n: name'), ...P1 }],
  ['another operation beside it', { query: `${NAME}\nquery Other ${OTHER}`, operationName: 'Other' }],
  ['another name in the text', { query: NAME.replace('Name', 'Nome'), ...P1 }],
  ['the hash of another text', { query: OTHER, ...persisted(sha256(NAME)) }],
  ['the hash of its own text', { query: OTHER, ...persisted(sha256(OTHER)) }],
  ['an id of another', { query: OTHER, id: sha256(NAME) }],
  ['an id that counts before another', { query: OTHER, documentId: 'who-am-i', id: sha256(NAME) }],
  ['an unknown hash', persisted(sha256(OTHER))],
  ['a hash in capitals', { ...persisted(sha256(NAME).toUpperCase()), ...P1 }],
  ['a name that every object has', persisted('__proto__')],
  ['a listed text under a wrong hash', { query: WHO, ...persisted(sha256(NAME)) }],
  ['a hash that is no text', { query: WHO, ...persisted(['who-am-i']) }],
  ['introspection', { query: '{ __schema { types { name } } }' }],
];

test.each(ATTEMPTS)('runs nothing that is not listed: %s', async (_, sent) => {
  const fields = [{ path: 'query', message: expect.any(String) }];
  const refusal = {
    errors: [{ message: expect.any(String), extensions: { code: 'BAD_USER_INPUT', fields } }],
  };
  const before = await counted(house, 'safelist_unknown_total');
  for (const ask of [post, get, stream, streamByPost]) {
    const { status, body } = await ask(sent);
    expect({ status, body }).toEqual({ status: 400, body: refusal });
  }
  const frames = await socket(sent);
  expect(frames).toContain('"type":"error"');
  expect(frames).toContain('"path":"query"');
  expect(frames).not.toContain('"type":"next"');
  expect(await counted(house, 'safelist_unknown_total')).toBe(before + 5);
});

test.each<[string, unknown]>([
  ['a list of listed operations', [{ query: WHO }, { query: OTHER }]],
  ['a list of one', [{ query: OTHER }]],
  ['no operation at all', {}],
  ['a text that is none', { query: { toString: WHO } }],
  ['another operation’s name', { query: WHO, operationName: 'Name' }],
])('refuses %s as ever', async (_, sent) => {
  const { status, body } = await post(sent);
  expect(status).toBe(400);
  expect(body.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  expect(body).not.toHaveProperty('data');
});

test.each(['query', 'id', 'documentId', 'extensions', 'operationName'])(
  'an address that says %s twice gets nothing past the list',
  async (name) => {
    const listed = name === 'query' ? WHO : '{}';
    const twice = `${addressOf({ query: name === 'query' ? WHO : OTHER, [name]: listed })}&${name}=${encodeURIComponent(name === 'query' ? OTHER : listed)}`;
    for (const headers of [
      { accept: '*/*', 'apollo-require-preflight': '1' },
      { accept: 'text/event-stream' },
    ]) {
      expect((await house.get(twice, { headers })).status).toBe(400);
    }
  },
);

test('goes over to another list, and keeps the one that it has over a broken one', async () => {
  const other = `query Other ${OTHER}`;
  expect((await post({ query: other })).status).toBe(400);
  write([...LISTED, entry('Other', 'query', other)]);
  await until(async () => (await post({ query: other })).status === 200);
  write([...LISTED, entry('Wrong', 'query', other)]);
  expect((await post({ query: WHO })).status).toBe(200);
  write(LISTED);
  await until(async () => (await post({ query: other })).status === 400);
});

test('keeps the list that it has over garbage and over nothing, and says so once', async () => {
  const file = join(folder, 'followed.json');
  const said: string[] = [];
  const say = (_: unknown, words: string) => void said.push(words);
  const safelist = openSafelist(
    { mode: 'require', file, text: manifestOf(LISTED) },
    { everyMs: 1, log: { info: say, error: say } as unknown as Log, metrics: openMetrics('test') },
  );
  writeFileSync(file, manifestOf(LISTED).slice(0, -20));
  await until(() => said.length > 0);
  expect(safelist.admit({ query: WHO })).toEqual({ query: WHO });
  rmSync(file);
  expect(safelist.admit(persisted('who-am-i'))).toEqual({ query: WHO });
  writeFileSync(file, manifestOf([entry('Name', 'query', NAME)]));
  await until(() => safelist.admit({ query: WHO }) instanceof GraphQLError);
  await safelist.close();
  expect(said).toEqual([
    'the safelist cannot be read: the one before stays',
    'went over to another safelist',
  ]);
});

test('only logs what is not listed where it is told to', async () => {
  await using gateway = await house.another({ SAFELIST: 'log' });
  expect((await post({ query: OTHER }, gateway)).body.data).toHaveProperty('whoAmI');
  expect((await post({ query: OTHER }, gateway)).status).toBe(200);
  expect((await post(persisted('who-am-i'), gateway)).body.data).toHaveProperty('whoAmI');
  expect((await post(persisted('unknown'), gateway)).body.errors).toMatchObject([
    { extensions: { code: 'BAD_USER_INPUT' } },
  ]);
  expect(await counted(gateway, 'safelist_unknown_total')).toBe(3);
  await using off = await house.another({ SAFELIST: 'off' });
  expect((await post({ query: OTHER }, off)).status).toBe(200);
  expect((await off.get('/metrics')).text).not.toContain('safelist');
});

test('tells everything that is wrong with a list before it starts', async () => {
  const broken = join(folder, 'broken.json');
  const problemsOf = (variables: Record<string, string>) => {
    try {
      readGatewayEnv({ PORT: '0', IDENTITY_SECRET, SUPERGRAPH_FILE: file, ...variables });
    } catch (error) {
      if (error instanceof EnvironmentError) return error.problems;
      throw error;
    }
    return [];
  };
  const file = await supergraphFile;
  const read = (text: string) => {
    writeFileSync(broken, text);
    return problemsOf({ SAFELIST_FILE: broken });
  };
  expect(
    read(
      manifestOf([
        entry('A', 'query', 'query A {', 'one'),
        entry('A', 'query', 'query A { a } query B { b }', 'two'),
        entry('A', 'query', 'query B { b }', 'three'),
        entry('A', 'query', 'mutation A { a }', 'four'),
        entry('A', 'query', 'query A { a }', 'five'),
        entry('A', 'query', 'query A { b }', 'five'),
        entry('A', 'query', 'fragment A on B { b }', 'six'),
      ]),
    ),
  ).toEqual([
    'SAFELIST_FILE: one: its body is not GraphQL',
    'SAFELIST_FILE: two: its body has 2 operations, not one',
    'SAFELIST_FILE: three: its body is not named A',
    'SAFELIST_FILE: four: its body is a mutation, not a query',
    'SAFELIST_FILE: five: is another operation, too',
    'SAFELIST_FILE: six: its body has 0 operations, not one',
  ]);
  expect(read('{')).toEqual(['SAFELIST_FILE: it is not JSON']);
  expect(read(JSON.stringify({ format: 'x', version: 2, operations: [{}] })).length).toBeGreaterThan(4);
  expect(problemsOf({ SAFELIST_FILE: join(folder, 'missing') })).toHaveLength(1);
  expect(problemsOf({ SAFELIST: 'require' })).toEqual(['SAFELIST_FILE: require needs the list']);
  expect(problemsOf({ SAFELIST: 'off', SAFELIST_FILE: broken })).toEqual([]);
});

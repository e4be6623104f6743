import { expect, test } from '@jest/globals';
import { buildSchema } from 'graphql';
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { composeSubgraphs } from '../src/composition/compose-subgraphs.js';
import { readSupergraph } from '../src/composition/supergraph.js';
import { readGatewayEnv } from '../src/env.js';
import { IDENTITY_SECRET, supergraphFile } from './fixtures/house.js';
import { FOLDER, NAMES } from './fixtures/subgraphs.js';

/** A copy of the fixtures that the test may spoil. */
function copyOfSubgraphs(changes: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'stampede-composition-'));
  cpSync(FOLDER, folder, { recursive: true });
  for (const [file, text] of Object.entries(changes)) writeFileSync(join(folder, file), text);
  return folder;
}

test('publishes what clients may use, without what only services may', async () => {
  const { apiSdl, supergraphSdl } = await composeSubgraphs(FOLDER, NAMES);
  const query = buildSchema(apiSdl).getQueryType()?.getFields() ?? {};
  expect(Object.keys(query)).toEqual(['fail', 'held', 'invite', 'product', 'search', 'whoAmI']);
  expect(apiSdl).not.toMatch(/secretStock|join__|_entities|@key/);
  expect(apiSdl).toContain('Who the subgraph was told is asking');
  expect(supergraphSdl).toContain('secretStock');
});

test('composes the same text whatever the order of the subgraphs', async () => {
  const one = await composeSubgraphs(FOLDER, NAMES);
  const other = await composeSubgraphs(FOLDER, NAMES.toReversed());
  expect(other.apiSdl).toBe(one.apiSdl);
});

test('tells every problem of subgraphs that do not fit', async () => {
  const folder = copyOfSubgraphs({
    'user/more.graphql': 'type Money { amount: Int! }\nextend type Query { price: Money, serverTime: Int }',
    'catalog/more.graphql':
      'type Money { amount: String! }\nextend type Query { cost: Money, serverTime: Int }',
  });
  const failure = await composeSubgraphs(folder, NAMES).catch((error: unknown) => error);
  expect(String(failure)).toContain('Query.serverTime');
  expect(String(failure)).toContain('Money.amount');
});

test('tells which subgraph has emitted no schema', async () => {
  const folder = copyOfSubgraphs({});
  mkdirSync(join(folder, 'order'));
  await expect(composeSubgraphs(folder, [...NAMES, 'order'])).rejects.toThrow('order: has emitted no schema');
});

test('reads from a supergraph who is in it, and where', async () => {
  expect(readSupergraph(await supergraphFile).members).toEqual([
    { name: 'catalog', url: 'http://catalog/' },
    { name: 'user', url: 'http://user/' },
  ]);
});

test('needs the address of each subgraph, unless the graph is one of other services', () => {
  const base = { PORT: '0', IDENTITY_SECRET, NODE_ENV: 'test' };
  expect(() => readGatewayEnv({ ...base, USER_URL: 'http://user' })).toThrow(
    /CATALOG_URL.*\n.*ORDER_URL.*\n.*PAYMENT_URL/,
  );
  expect(readGatewayEnv({ ...base, SUPERGRAPH_FILE: '/a/file' }).supergraphFile).toBe('/a/file');
});

test('takes its own address with a slash at the end as one without', () => {
  const env = { PORT: '0', IDENTITY_SECRET, NODE_ENV: 'test', SUPERGRAPH_FILE: '/a/file' };
  const { PUBLIC_URL } = readGatewayEnv({ ...env, PUBLIC_URL: 'https://api.example/' });
  expect(PUBLIC_URL).toBe('https://api.example');
});

test('refuses to start with an allowed origin that no browser would send', () => {
  const env = { PORT: '0', IDENTITY_SECRET, NODE_ENV: 'test', SUPERGRAPH_FILE: '/a/file' };
  const read = (origin: string) =>
    readGatewayEnv({ ...env, ALLOWED_ORIGINS: `https://a.example, ${origin}` });
  expect(read('http://localhost:5173').ALLOWED_ORIGINS).toEqual([
    'https://a.example',
    'http://localhost:5173',
  ]);
  for (const origin of [
    'https://Shop.example',
    'HTTPS://shop.example',
    'https://shop.example:443',
    'https://shop.example/',
    'https://상점.example',
    'ftp://shop.example',
    'shop.example',
    '*',
  ])
    expect(() => read(origin)).toThrow('an origin as browsers write it');
});

import { afterAll, expect, test } from '@jest/globals';
import {
  baseEnv,
  EnvironmentError,
  providerUrl,
  publicUrl,
  readEnv,
  secret,
  serviceEnv,
  serviceUrls,
} from '@stampede/shared/env';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

const folder = mkdtempSync(join(tmpdir(), 'stampede-env-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(content: string): string {
  const path = join(folder, `value-${Math.random()}`);
  writeFileSync(path, content);
  return path;
}

function problemsOf(read: () => unknown): string[] {
  try {
    read();
  } catch (error) {
    if (error instanceof EnvironmentError) return error.problems;
    throw error;
  }
  return [];
}

const SECRET = 'a-secret-of-forty-characters-0123456789a';

test('a value may be in a file; what is around it is not part of it', () => {
  expect(readEnv({ KEY: secret() }, { KEY_FILE: file(`\n${SECRET}\n`) })).toEqual({ KEY: SECRET });
});

test('a value given itself is taken, and the file left alone; an empty one is none', () => {
  expect(readEnv({ KEY: secret() }, { KEY: SECRET, KEY_FILE: '/nowhere' })).toEqual({ KEY: SECRET });
  expect(readEnv({ KEY: secret() }, { KEY: '', KEY_FILE: file(SECRET) })).toEqual({ KEY: SECRET });
  expect(readEnv({ KEY: secret().optional() }, { KEY: '', KEY_FILE: '' })).toEqual({});
});

test('a file that is not there, or empty, is a problem', () => {
  const [missing] = problemsOf(() => readEnv({ KEY: secret() }, { KEY_FILE: join(folder, 'missing') }));
  expect(missing).toMatch(/^KEY_FILE: ENOENT/);
  expect(problemsOf(() => readEnv({ KEY: secret() }, { KEY_FILE: file('\n') }))).toHaveLength(1);
});

test('every problem is listed, not just the first, and no value is shown', () => {
  const source = {
    DATABASE_URL: 'mysql://u:hidden@h/d',
    PORT: '70000',
    IDENTITY_SECRET: 'hidden',
    NAMESPACE: 'UPPER',
  };
  const problems = problemsOf(() =>
    readEnv({ ...serviceEnv, URL: providerUrl() }, { ...source, URL_FILE: '/nowhere' }),
  );
  const names = new Set(problems.map((problem) => problem.split(':')[0]));
  expect(names).toEqual(
    new Set([
      'DATABASE_URL',
      'REDIS_URL',
      'AMQP_URL',
      'IDENTITY_SECRET',
      'NAMESPACE',
      'PORT',
      'URL',
      'URL_FILE',
    ]),
  );
  expect(problems.join('\n')).not.toContain('hidden');
});

test('defaults fill in what is left out', () => {
  expect(readEnv(baseEnv, { PORT: '4000' })).toEqual({
    NODE_ENV: 'development',
    LOG_LEVEL: 'info',
    HOST: '127.0.0.1',
    PORT: 4000,
    DRAIN_MS: 5_000,
  });
});

const shape = {
  ...baseEnv,
  STAMPEDE_DEMO: serviceEnv.STAMPEDE_DEMO,
  VALUE: z.string().optional(),
  PROVIDER_URL: providerUrl().optional(),
};
const inProduction = (more: Record<string, string>, NODE_ENV = 'production') =>
  problemsOf(() => readEnv(shape, { NODE_ENV, PORT: '1', ...more }));

test.each([
  ['a secret', 'local-only-0123456789'],
  ['the first of several keys', 'local-only-1:AAAA,2:BBBB'],
  ['a later key', '2:BBBB,local-only-1:AAAA'],
  ['a key after a space', '2:BBBB, local-only-1:AAAA'],
  ['a key of JSON', '{"local-only-1":"AAAA"}'],
  ['what a key is', '1:local-only-AAAA'],
  ['the password of an URL', 'postgres://role:local-only-password@host/db'],
  ['the password of an URL without a user', 'redis://:local-only-password@host'],
  ['the user of an URL', 'amqp://local-only-user@host'],
  ['a parameter of an URL', 'postgres://host/db?password=local-only-password'],
])('production refuses a local secret as %s', (_, VALUE) => {
  expect(inProduction({ VALUE })).toEqual(['VALUE: is a local secret; production needs one of its own']);
  expect(inProduction({ VALUE_FILE: file(VALUE) })).toHaveLength(1);
  for (const place of ['development', 'test']) expect(inProduction({ VALUE }, place)).toEqual([]);
});

test('production refuses demo data and providers by plain http, all at once', () => {
  expect(
    inProduction({ STAMPEDE_DEMO: '1', PROVIDER_URL: 'http://127.0.0.1:1/kakaopay', VALUE: 'local-only-1' }),
  ).toEqual([
    expect.stringMatching(/^STAMPEDE_DEMO: /),
    expect.stringMatching(/^VALUE: /),
    expect.stringMatching(/^PROVIDER_URL: /),
  ]);
  const good = { STAMPEDE_DEMO: '0', PROVIDER_URL: 'https://provider.example', VALUE: 'globally-known' };
  expect(inProduction(good)).toEqual([]);
});

test('production needs a value where the default is for local starts only, and refuses what a field refuses', () => {
  const marked = {
    PUBLIC_URL: publicUrl().default('http://localhost:4000'),
    NAME: z
      .string()
      .transform((name) => name.length)
      .meta({ refused: (name: string) => (name === 'bad' ? 'is bad' : undefined) }),
  };
  const read = (more: Record<string, string>, NODE_ENV = 'production') =>
    problemsOf(() => readEnv(marked, { NODE_ENV, NAME: 'good', ...more }));
  expect(read({})).toEqual(['PUBLIC_URL: production needs one of its own']);
  expect(read({ PUBLIC_URL: 'http://shop.example' })).toEqual([
    expect.stringMatching(/^PUBLIC_URL: .*https/),
  ]);
  expect(read({ PUBLIC_URL: 'https://shop.example', NAME: 'bad' })).toEqual(['NAME: is bad']);
  expect(read({ PUBLIC_URL: 'https://shop.example' })).toEqual([]);
  expect(read({ NAME: 'bad' }, 'development')).toEqual([]);
  // Where there is no default, it is said once.
  expect(problemsOf(() => readEnv({ PUBLIC_URL: publicUrl() }, { NODE_ENV: 'production' }))).toHaveLength(1);
});

test('other services are at one URL or at several, in one form', () => {
  const read = (source: Record<string, string>) =>
    readEnv({ ORDER_URLS: serviceUrls(), USER_URLS: serviceUrls().optional() }, source);
  expect(read({ ORDER_URL: 'http://Order:80/' })).toEqual({ ORDER_URLS: ['http://order'] });
  expect(read({ ORDER_URL_FILE: file('http://order\n'), USER_URL: '' })).toEqual({
    ORDER_URLS: ['http://order'],
  });
  expect(read({ ORDER_URLS: 'http://a:1, https://[::1]:2', USER_URL: 'http://u' })).toEqual({
    ORDER_URLS: ['http://a:1', 'https://[::1]:2'],
    USER_URLS: ['http://u'],
  });
});

test('every problem of the URLs of other services is listed, by the name that was given', () => {
  const of = (source: Record<string, string>) =>
    problemsOf(() => readEnv({ ORDER_URLS: serviceUrls(), USER_URLS: serviceUrls().optional() }, source));
  expect(of({})).toEqual(['ORDER_URL: is needed, or with an S at its end several of them by commas']);
  expect(of({ ORDER_URL: 'http://a', ORDER_URLS: 'http://b' })).toEqual([
    'ORDER_URLS: ORDER_URL is given, too',
  ]);
  const noUrl = 'is no base URL, such as http://order:4000';
  expect(of({ ORDER_URL: 'http://user:hidden@a', USER_URL: 'ftp://a' })).toEqual([
    `ORDER_URL: its entry 1 ${noUrl}`,
    `USER_URL: its entry 1 ${noUrl}`,
  ]);
  expect(of({ ORDER_URLS: 'http://a,HTTP://A:80/graphql,,http://b?c' })).toEqual([
    'ORDER_URLS: its entry 2 is one that was there before',
    `ORDER_URLS: its entry 3 ${noUrl}`,
    `ORDER_URLS: its entry 4 ${noUrl}`,
  ]);
});

test('a secret may be several while they are changed, none of them short', () => {
  const two = `${SECRET}, ${SECRET}2`;
  expect(readEnv({ KEY: secret() }, { KEY: two })).toEqual({ KEY: two });
  for (const KEY of [`${SECRET},`, `,${SECRET}`, `${SECRET},short`, 'x'.repeat(31)]) {
    expect(problemsOf(() => readEnv({ KEY: secret() }, { KEY }))).toEqual([
      'KEY: a secret has at least 32 characters',
    ]);
  }
});

test('production refuses what was typed rather than made, and takes what was made', () => {
  const servers = { KEY: secret(), DATABASE_URL: serviceEnv.DATABASE_URL, AMQP_URL: serviceEnv.AMQP_URL };
  const good = { KEY: SECRET, DATABASE_URL: 'postgres://role@db/db', AMQP_URL: 'amqp://shop:k3J-9_x@mq' };
  const read = (more: Record<string, string>, NODE_ENV = 'production') =>
    problemsOf(() => readEnv(servers, { NODE_ENV, ...good, ...more })).map(
      (problem) => problem.split(':')[0],
    );
  expect(read({})).toEqual([]);
  for (const KEY of ['x'.repeat(40), 'changeme'.repeat(5).slice(0, 39), `${SECRET},${'ab'.repeat(20)}`]) {
    expect(read({ KEY })).toEqual(['KEY']);
    expect(read({ KEY }, 'development')).toEqual([]);
  }
  for (const user of ['postgres:postgres', 'shop:shop', 'shop:ChangeMe']) {
    expect(read({ DATABASE_URL: `postgres://${user}@db/db` })).toEqual(['DATABASE_URL']);
  }
  for (const user of ['', 'guest:guest@'])
    expect(read({ AMQP_URL: `amqp://${user}mq` })).toEqual(['AMQP_URL']);
});

test.each([
  'https://127.0.0.1:4090/kakaopay',
  'https://localhost',
  'https://api.localhost.',
  'https://[::1]:1',
  'https://0x7f000001',
  'https://provider.example, https://127.1',
])('production asks no provider at %s', (PROVIDER_URL) => {
  const refused = problemsOf(() =>
    readEnv({ PROVIDER_URL: z.string().meta({ httpsOnly: true }) }, { NODE_ENV: 'production', PROVIDER_URL }),
  );
  expect(refused).toEqual(['PROVIDER_URL: is an address of this machine, as emulators have']);
});

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ANONYMOUS, IDENTITY_HEADER, signIdentity } from '@stampede/shared/identity';
import {
  createTestDatabase,
  deleteTopology,
  dropTestDatabase,
  eventually,
  adminDatabaseUrl,
  openTcpProxy,
  through,
  TEST_ROLE_PASSWORD,
} from '@stampede/shared/testing';
import { saleOpening } from '@stampede/shared/messages';
import { appendToOutbox } from '@stampede/shared/messaging';
import { openDatabase, serviceDatabaseUrl } from '@stampede/shared/database';
import { openSealer } from '@stampede/shared/sealing';
import { openLog } from '@stampede/shared/telemetry';
import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { decodeJwt } from 'jose';
import { addLink } from '../src/mail-link.entity.js';
import { queueMail } from '../src/mail/queue-mail.js';
import { openTestMailServer } from './mail.fixture.js';
import {
  IDENTITY_SECRET,
  newSealingKeys,
  newSigningKey,
  post,
  PUBLIC_URL,
  SIGN_IN,
  type Data,
} from './open-user.js';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const settings = {
  ACCESS_TOKEN_KEYS: newSigningKey(),
  PERSONAL_DATA_KEYS: newSealingKeys(),
  IDENTITY_SECRET,
  REDIS_URL: process.env.REDIS_URL ?? '',
  PUBLIC_URL,
  AMQP_URL: process.env.AMQP_URL ?? '',
  NAMESPACE: `test-${randomBytes(5).toString('hex')}`,
  CATALOG_URL: 'http://127.0.0.1:1',
  ORDER_URL: 'http://127.0.0.1:1',
  PAYMENT_URL: 'http://127.0.0.1:1',
  SMTP_URL: 'smtp://127.0.0.1:1',
  // A stop closes at once.
  DRAIN_MS: '0',
};

let databaseName: string;
beforeAll(async () => {
  databaseName = await createTestDatabase('user_start');
});
afterAll(async () => {
  await dropTestDatabase(databaseName);
  await deleteTopology({ url: settings.AMQP_URL, namespace: settings.NAMESPACE });
});

const environment = (more: Record<string, string> = {}) => ({
  DATABASE_URL: serviceDatabaseUrl(adminDatabaseUrl(), databaseName, 'user', TEST_ROLE_PASSWORD),
  PORT: '0',
  STAMPEDE_DEMO: '1',
  ...settings,
  ...more,
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** The built service as a process, once it says that it is ready. */
async function start(more: Record<string, string> = {}) {
  const env = environment({ PORT: String(await freePort()), ...more });
  const service = spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(service, 'exit');
  const lines: string[] = [];
  for await (const line of createInterface(service.stdout)) {
    lines.push(line);
    if (line.includes('"ready"')) break;
  }
  service.stdout.resume();
  return {
    url: `http://127.0.0.1:${env.PORT}`,
    lines,
    stop: async () => {
      service.kill('SIGTERM');
      return (await exited)[0] as number;
    },
  };
}

async function signIn(url: string, mailbox: string): Promise<Data> {
  const input = { email: `${mailbox}@stampede.test`, password: 'stampede-demo' };
  const body = JSON.stringify({ query: SIGN_IN, variables: { input } });
  const request = { audience: 'user', identity: ANONYMOUS, requestId: 'r' };
  const headers = { [IDENTITY_HEADER]: signIdentity(IDENTITY_SECRET, request, body) };
  return (await post(url, body, headers)).answer.data.signIn;
}

test('migrates, makes the demo accounts, serves, and stops cleanly; a second start finds its data', async () => {
  const first = await start();
  expect(first.lines.map((line) => JSON.parse(line).service)).toEqual(first.lines.map(() => 'user'));
  for (const path of ['/healthz', '/readyz', '/metrics', '/.well-known/jwks.json']) {
    expect((await fetch(first.url + path)).status).toBe(200);
  }
  const roles = {
    operator: 'OPERATOR',
    seller: 'SELLER',
    seller2: 'SELLER',
    buyer: 'BUYER',
    buyer2: 'BUYER',
  };
  const ids: Record<string, string> = {};
  for (const [mailbox, role] of Object.entries(roles)) {
    const { accessToken, user } = await signIn(first.url, mailbox);
    expect(decodeJwt(accessToken).role).toBe(role);
    ids[mailbox] = user.id;
  }
  // By this id the demo products name their seller.
  expect(ids.seller).toBe('5e11e700-0000-4000-8000-000000000001');
  expect(await first.stop()).toBe(0);

  const second = await start();
  expect((await signIn(second.url, 'buyer')).user).toMatchObject({ id: ids.buyer });
  expect(await second.stop()).toBe(0);
});

test('sends what waits in the table, whoever queued it, from whom it is told', async () => {
  await using server = await openTestMailServer();
  const service = await start({ SMTP_URL: server.url, MAIL_FROM: 'Sale <sale@shop.test>' });
  const url = environment().DATABASE_URL;
  const database = openDatabase({ url, schema: 'user', log: openLog('user', 'silent') });
  const mail = { kind: 'sign-up', to: 'kim@example.com', language: 'ko' } as const;
  const sealer = openSealer(settings.PERSONAL_DATA_KEYS);
  const token = 't'.repeat(43);
  const expiresAt = new Date(Date.now() + 60_000);
  const link = { purpose: 'SIGN_UP', token, email: mail.to, name: 'Kim', passwordHash: 'of none' } as const;
  await addLink(database, sealer, { ...link, expiresAt, language: 'ko' });
  await queueMail(database, sealer, { ...mail, content: { token } });
  await database.close();
  await eventually(() => expect(server.received).toHaveLength(1));
  expect(server.received[0]?.mail.from).toEqual({ name: 'Sale', address: 'sale@shop.test' });
  expect(server.received[0]?.mail.text).toContain(`${PUBLIC_URL}/verify-email?token=ttt`);
  expect(await service.stop()).toBe(0);
});

test.each<[string, Record<string, string>, RegExp]>([
  ['no database', { DATABASE_URL: '' }, /DATABASE_URL/],
  ['demo data in production', { NODE_ENV: 'production' }, /STAMPEDE_DEMO/],
  [
    'a local secret in production',
    { NODE_ENV: 'production', STAMPEDE_DEMO: '0' },
    /IDENTITY_SECRET: is a local secret/,
  ],
  [
    'no key for blind indexes',
    { PERSONAL_DATA_KEYS: newSealingKeys().replace(/,.*/, '') },
    /PERSONAL_DATA_KEYS: .*index/,
  ],
  ['two addresses as the sender of mail', { MAIL_FROM: 'a@x.test, b@x.test' }, /MAIL_FROM: one address/],
  ['no signing key', { ACCESS_TOKEN_KEYS: 'none' }, /ACCESS_TOKEN_KEYS: there is no PKCS#8/],
])('does not start with %s', async (_, change, problem) => {
  const service = spawn(process.execPath, [MAIN], {
    env: { ...environment(), ...change },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const errors: Buffer[] = [];
  service.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  const [code] = (await once(service, 'close')) as [number];
  expect(code).toBe(1);
  expect(Buffer.concat(errors).toString()).toMatch(problem);
});

test('starts and signs in while the broker is away, stops without it, and consumes when it is back', async () => {
  await using proxy = await openTcpProxy(settings.AMQP_URL);
  proxy.cut();
  const away = { AMQP_URL: through(proxy, settings.AMQP_URL) };
  const impatient = await start(away);
  expect(await impatient.stop()).toBe(0);

  const service = await start(away);
  expect((await fetch(`${service.url}/readyz`)).status).toBe(200);
  const { user } = await signIn(service.url, 'buyer2');
  const url = environment().DATABASE_URL;
  const database = openDatabase({ url, schema: 'user', log: openLog('user', 'silent') });
  const told = { productId: randomUUID(), name: 'Sneaker', userIds: [user.id as string] };
  const opensAt = new Date(Date.now() + 600_000).toISOString();
  // The service tells itself: by its own outbox and its own queue.
  await database.transaction('test', (tx) => appendToOutbox(tx, saleOpening, { ...told, opensAt }));
  proxy.restore();
  await eventually(async () =>
    expect(await database.query('SELECT FROM mail WHERE account_id = $1', [user.id])).toHaveLength(1),
  );
  await database.close();
  expect(await service.stop()).toBe(0);
});

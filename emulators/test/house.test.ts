import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { readEnv } from '../src/env.js';
import { openEmulators } from '../src/server.js';
import { CID, openShop, READY } from './kakaopay.fixture.js';

const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

test.each([
  [{ NODE_ENV: 'production' }, 'production'],
  [{ HOST: '0.0.0.0' }, 'loopback'],
  [{ HOST: '::' }, 'loopback'],
  [{ HOST: 'example.com' }, 'loopback'],
  [{ EMULATORS_URL: 'http://192.0.2.1:4090' }, 'EMULATORS_URL'],
  [{ EMULATORS_URL: 'http://emulators.localhost:4090/path' }, 'EMULATORS_URL'],
  [{ PORT: '65536' }, 'PORT'],
  [{ SMTP_PORT: '65536' }, 'SMTP_PORT'],
  [{ TOSS_WEBHOOK_URL: 'gateway/webhooks/toss' }, 'TOSS_WEBHOOK_URL'],
])('refuses to start with %j', (variables, named) => {
  expect(() => readEnv(variables)).toThrow(named);
});

test('sends no webhooks unless it is told where', () => {
  expect(readEnv({ TOSS_WEBHOOK_URL: '' }).TOSS_WEBHOOK_URL).toBe('');
});

test.each(['127.0.0.1', '127.8.0.1', '::1', 'localhost'])('listens on %s', (HOST) => {
  expect(readEnv({ HOST }).HOST).toBe(HOST);
});

test('listens on any address of a container, which makes addresses of the name that it is reached by', async () => {
  const EMULATORS_URL = 'http://emulators.localhost:4090';
  expect(readEnv({ HOST: '0.0.0.0', EMULATORS_URL })).toMatchObject({ HOST: '0.0.0.0', EMULATORS_URL });
  await using emulators = await openEmulators({ reachedAt: EMULATORS_URL });
  expect(emulators.url).toBe(EMULATORS_URL);
});

test('the process says every reason at once why it does not start', async () => {
  const child = spawn(process.execPath, [main], { env: { NODE_ENV: 'production', HOST: '0.0.0.0' } });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number];
  expect(code).toBe(1);
  expect(said).toMatch(/NODE_ENV[\s\S]*HOST/);
});

test('SIGTERM ends the process cleanly, even while an answer is withheld', async () => {
  const child = spawn(process.execPath, [main], { env: { PORT: '0' }, stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  const { url, smtpUrl } = JSON.parse(line) as { url: string; smtpUrl: string };
  expect(smtpUrl).toMatch(/^smtp:\/\/127\.0\.0\.1:\d+$/);
  const post = (path: string, body: unknown): Promise<Response> =>
    fetch(`${url}${path}`, {
      method: 'POST',
      headers: { authorization: 'SECRET_KEY local-only-key' },
      body: JSON.stringify(body),
    });
  await post('/faults', { target: 'kakaopay', operation: 'ready', fault: 'timeout-before' });
  const unanswered = post('/kakaopay/online/v1/payment/ready', READY).catch(String);
  while (((await (await fetch(`${url}/faults`)).json()) as { faults: unknown[] }).faults.length > 0);
  child.kill('SIGTERM');
  expect(await once(child, 'close')).toEqual([0, null]);
  expect(await unanswered).toBe('TypeError: fetch failed');
});

test('calls are counted by operation, tid and order, refused and spoilt ones too', async () => {
  await using shop = await openShop();
  const counts = async (query = ''): Promise<unknown> =>
    (await fetch(`${shop.url}/kakaopay/calls${query}`)).json();
  const approval = await shop.agreed({ partner_order_id: 'order-9' });
  await shop.agreed({ partner_order_id: 'order-8' });
  await shop.fault({ target: 'kakaopay', operation: 'approve', fault: 'error-500' });
  await shop.call('approve', approval);
  await shop.call('approve', approval, 'SECRET_KEY wrong');
  await shop.call('order', { cid: CID, tid: approval.tid });

  const ofOne = { ready: 1, approve: 2, cancel: 0, lookup: 1 };
  expect(await counts()).toEqual({ ready: 2, approve: 2, cancel: 0, lookup: 1 });
  expect(await counts(`?tid=${approval.tid}`)).toEqual(ofOne);
  expect(await counts('?partner_order_id=order-9')).toEqual(ofOne);
  expect(await counts('?partner_order_id=unknown')).toEqual({ ready: 0, approve: 0, cancel: 0, lookup: 0 });
});

test('the index lists what there is, and probes answer', async () => {
  await using shop = await openShop();
  const get = async (path: string): Promise<[number, string]> => {
    const response = await fetch(`${shop.url}${path}`);
    return [response.status, await response.text()];
  };
  expect((await get('/'))[1]).toContain('/kakaopay/online/v1/payment/approve');
  expect((await get('/healthz'))[0]).toBe(200);
  expect((await get('/readyz'))[0]).toBe(200);
  await shop.ready();
  expect((await get('/metrics'))[1]).toContain(
    'emulator_calls_total{target="kakaopay",operation="ready"} 1\n',
  );
  expect((await get('/elsewhere'))[0]).toBe(404);
});

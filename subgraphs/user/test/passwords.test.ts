import { expect, test } from '@jest/globals';
import { openMetrics } from '@stampede/shared/telemetry';
import { openPasswords, turns } from '../src/passwords/passwords.js';

/** Work that ends when the test says so. */
function work() {
  const started: (() => void)[] = [];
  const run = () => new Promise<void>((resolve) => started.push(resolve));
  return { started, run };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('hashes by argon2id with OWASP’s parameters', async () => {
  const passwords = await openPasswords(openMetrics('test'));
  const hashed = await passwords.hash('stampede-demo');
  expect(hashed).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await passwords.matches(hashed, 'stampede-demo')).toBe(true);
  expect(await passwords.matches(hashed, 'Stampede-demo')).toBe(false);
  expect(await passwords.matches(null, 'stampede-demo')).toBe(false);
});

test('checks two at once, lets some wait, and turns the rest away', async () => {
  const { started, run } = work();
  const inTurn = turns(2, 1);
  const admitted = [inTurn(run), inTurn(run), inTurn(run)];
  await settled();
  expect(started).toHaveLength(2);
  await expect(inTurn(run)).rejects.toMatchObject({ extensions: { code: 'SERVICE_UNAVAILABLE' } });

  started[0]?.();
  await settled();
  expect(started).toHaveLength(3);
  started.slice(1).forEach((end) => end());
  await Promise.all(admitted);
});

test('gives its place on when the work fails', async () => {
  const inTurn = turns(1, 1);
  const failing = inTurn(() => Promise.reject(new Error('broken')));
  const next = inTurn(() => Promise.resolve('next'));
  await expect(failing).rejects.toThrow('broken');
  expect(await next).toBe('next');
  expect(await inTurn(() => Promise.resolve('later'))).toBe('later');
});

import { expect, test } from '@jest/globals';
import { openMetrics } from '@stampede/shared/telemetry';
import { hashedAtOnce, openPasswords } from '../src/passwords/passwords.js';
import { turns, type TurnsOptions } from '../src/passwords/turns.js';

/** Work that ends when the test says so. */
function work() {
  const started: (() => void)[] = [];
  const run = () => new Promise<void>((resolve) => started.push(resolve));
  return { started, run };
}

const open = (options: Partial<TurnsOptions>) => turns({ atOnce: 1, waiting: 1, waitMs: 60_000, ...options });

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('hashes by argon2id with OWASP’s parameters', async () => {
  const passwords = await openPasswords(openMetrics('test'));
  const hashed = await passwords.hash('stampede-demo');
  expect(hashed).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
  expect(await passwords.matches(hashed, 'stampede-demo')).toBe(true);
  expect(await passwords.matches(hashed, 'Stampede-demo')).toBe(false);
  expect(await passwords.matches(null, 'stampede-demo')).toBe(false);
});

test('hashes on half of the cores, and never on all four threads that names and files need as well', () => {
  expect([1, 2, 3, 4, 6, 8, 64].map(hashedAtOnce)).toEqual([1, 1, 1, 2, 3, 3, 3]);
});

test('checks so many at once, lets some wait, and turns the rest away', async () => {
  const { started, run } = work();
  const refused: string[] = [];
  const inTurn = open({ atOnce: 2, onRefused: (why) => refused.push(why) });
  const admitted = [inTurn(run), inTurn(run), inTurn(run)];
  await settled();
  expect(started).toHaveLength(2);
  await expect(inTurn(run)).rejects.toMatchObject({ extensions: { code: 'SERVICE_UNAVAILABLE' } });
  expect(refused).toEqual(['full']);

  started[0]?.();
  await settled();
  expect(started).toHaveLength(3);
  started.slice(1).forEach((end) => end());
  await Promise.all(admitted);
});

test('gives its place on when the work fails', async () => {
  const inTurn = open({});
  const failing = inTurn(() => Promise.reject(new Error('broken')));
  const next = inTurn(() => Promise.resolve('next'));
  await expect(failing).rejects.toThrow('broken');
  expect(await next).toBe('next');
  expect(await inTurn(() => Promise.resolve('later'))).toBe('later');
});

test('turns away who has waited too long, and does not work for them when their turn comes', async () => {
  const { started, run } = work();
  const waiting: number[] = [];
  const refused: string[] = [];
  const inTurn = open({
    waitMs: 20,
    onWaiting: (count) => waiting.push(count),
    onRefused: (why) => refused.push(why),
  });
  const first = inTurn(run);
  await expect(inTurn(run)).rejects.toMatchObject({
    extensions: { code: 'SERVICE_UNAVAILABLE', retryAfterMs: expect.any(Number) },
  });
  expect({ waiting, refused }).toEqual({ waiting: [1, 0], refused: ['late'] });
  started[0]?.();
  await first;
  await settled();
  expect(started).toHaveLength(1);
  expect(await inTurn(() => Promise.resolve('free again'))).toBe('free again');
});

test('takes a password for the same in whatever form of Unicode a keyboard writes it', async () => {
  const passwords = await openPasswords(openMetrics('test'));
  const whole = '비밀번호는열글자이상 é'.normalize('NFC');
  expect(await passwords.matches(await passwords.hash(whole), whole.normalize('NFD'))).toBe(true);
  expect(await passwords.matches(await passwords.hash(whole.normalize('NFD')), whole)).toBe(true);
});

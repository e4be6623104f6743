import { afterAll, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { isUnavailable } from '@stampede/shared/errors';
import { openGuard, openRedis } from '@stampede/shared/redis';
import { openLog } from '@stampede/shared/telemetry';
import { eventually, openTcpProxy, through } from '@stampede/shared/testing';
import { redisUrl } from './inventory-fixture.js';

const PREFIX = `test-${randomBytes(6).toString('hex')}`;
const TIMES = { waitMs: 10_000, ttlMs: 10_000 };
const log = openLog('test', process.env.TEST_LOG_LEVEL ?? 'silent');
const redis = openRedis(redisUrl(), log);
const guard = openGuard(redis, PREFIX, log);
afterAll(async () => {
  const keys = await redis.keys(`${PREFIX}:*`);
  if (keys.length > 0) await redis.unlink(...keys);
  await redis.quit();
});

const lockKey = (name: string) => `${PREFIX}:lock:${name}`;

/** A promise, and what resolves it. */
function gate(): [Promise<void>, () => void] {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return [opened, open];
}

test('work of one name goes in turns, over two connections as over one', async () => {
  const otherRedis = openRedis(redisUrl(), log);
  const other = openGuard(otherRedis, PREFIX, log);
  let inside = 0;
  let most = 0;
  const results = await Promise.all(
    Array.from({ length: 12 }, (_, index) =>
      (index % 2 === 0 ? guard : other).inTurn('turns', TIMES, async () => {
        inside += 1;
        most = Math.max(most, inside);
        // Long enough for whoever does not wait to come in.
        await redis.ping();
        await otherRedis.ping();
        inside -= 1;
        return index;
      }),
    ),
  );
  await otherRedis.quit();
  expect(most).toBe(1);
  expect(results).toEqual(Array.from({ length: 12 }, (_, index) => index));
  expect(await redis.exists(lockKey('turns'))).toBe(0);
});

test('other names do not wait for each other', async () => {
  const [bothIn, letGo] = gate();
  let inside = 0;
  const work = async () => {
    inside += 1;
    if (inside === 2) letGo();
    await bothIn;
  };
  await Promise.all([guard.inTurn('one', TIMES, work), guard.inTurn('another', TIMES, work)]);
  expect(inside).toBe(2);
});

test('who has waited long enough goes on without the lock', async () => {
  const [released, release] = gate();
  const holder = guard.inTurn('slow', TIMES, () => released);
  await guard.inTurn('slow-is-in', TIMES, () => redis.ping());
  const started = Date.now();
  const result = await guard.inTurn('slow', { waitMs: 200, ttlMs: 10_000 }, () => Promise.resolve('done'));
  expect(result).toBe('done');
  expect(Date.now() - started).toBeGreaterThanOrEqual(200);
  // It took nothing from the holder.
  expect(await redis.exists(lockKey('slow'))).toBe(1);
  release();
  await holder;
  expect(await redis.exists(lockKey('slow'))).toBe(0);
});

test('a kept lock outlasts its time while the work goes on, and is given back with it', async () => {
  const [released, release] = gate();
  const holder = guard.inTurn('kept', { waitMs: 0, ttlMs: 1_000, kept: true }, () => released);
  await guard.inTurn('kept-is-in', TIMES, () => redis.ping());
  const mine = await redis.get(lockKey('kept'));
  // Waits for longer than such a lock lasts, and gets none.
  await guard.inTurn('kept', { waitMs: 1_500, ttlMs: 10_000 }, async () => {
    expect(await redis.get(lockKey('kept'))).toBe(mine);
  });
  release();
  await holder;
  expect(await redis.exists(lockKey('kept'))).toBe(0);
});

test.each(['cut', 'freeze'] as const)(
  'work runs, with its result, while Redis is away (%s)',
  async (fault) => {
    await using proxy = await openTcpProxy(redisUrl());
    const behind = openRedis(through(proxy, redisUrl()), log);
    await behind.ping();
    proxy[fault]();
    const away = openGuard(behind, PREFIX, log);
    const waitsTwice = behind.ping().catch(() => behind.ping().catch(() => 'has waited twice'));
    const turn = away.inTurn('away', TIMES, () => Promise.resolve(42));
    expect(await Promise.race([turn, waitsTwice])).toBe(42);
    await waitsTwice;
    behind.disconnect();
  },
);

test('nothing is done alone while Redis is away, and what is begun ends well when it goes', async () => {
  await using proxy = await openTcpProxy(redisUrl());
  const behind = openRedis(through(proxy, redisUrl()), log);
  await behind.ping();
  const away = openGuard(behind, PREFIX, log);
  const [begun, begin] = gate();
  const [released, release] = gate();
  const cutOff = away.alone('cut-off', 10_000, async () => {
    begin();
    await released;
    return 'done';
  });
  await begun;
  proxy.cut();
  release();
  let began = 0;
  const refused = away.alone('refused', 10_000, () => Promise.resolve((began += 1)));
  // Whoever is refused can tell that it is nobody's mistake.
  const failure = refused.catch((error: unknown) => isUnavailable(error));
  expect(await Promise.all([cutOff, failure])).toEqual(['done', true]);
  expect(began).toBe(0);
  behind.disconnect();
});

test('a lock whose time ran out during the work belongs to the next, and is not taken from them', async () => {
  const [nextIsIn, nextEnters] = gate();
  const [released, release] = gate();
  const late = guard.inTurn('late', { waitMs: 0, ttlMs: 100 }, () => nextIsIn);
  const next = guard.inTurn('late', TIMES, async () => {
    nextEnters();
    await released;
  });
  await late;
  expect(await redis.exists(lockKey('late'))).toBe(1);
  release();
  await next;
  expect(await redis.exists(lockKey('late'))).toBe(0);
});

test('the lock is given back when the work fails, and the failure is the caller’s', async () => {
  const failing = guard.inTurn('failing', TIMES, () => Promise.reject(new Error('no')));
  await expect(failing).rejects.toThrow('no');
  expect(await redis.exists(lockKey('failing'))).toBe(0);
});

test('what runs once in a while is left alone that long, unless it failed', async () => {
  const done: string[] = [];
  const once = (text: string) =>
    guard.oncePer('once', 10_000, async () => {
      done.push(text);
      if (text === 'failing') throw new Error('no');
      await redis.ping();
    });
  await expect(once('failing')).rejects.toThrow('no');
  expect(await once('again')).toBe(true);
  expect(await once('too early')).toBe(false);
  expect(done).toEqual(['failing', 'again']);
});

test('work that is done alone is left to whoever is at it, however long it takes, and is free after it', async () => {
  const [begun, begin] = gate();
  const [released, release] = gate();
  const holder = guard.alone('alone', 1_000, async () => {
    begin();
    await released;
    return 'done';
  });
  await begun;
  const mine = await redis.get(lockKey('alone'));
  // For longer than such a lock lasts.
  await guard.inTurn('alone', { waitMs: 1_500, ttlMs: 10_000 }, () => Promise.resolve());
  expect(await redis.get(lockKey('alone'))).toBe(mine);
  expect(await guard.alone('alone', 1_000, () => Promise.reject(new Error('not alone')))).toBeUndefined();
  expect(await guard.alone('another', 10_000, () => Promise.resolve('also'))).toBe('also');
  release();
  expect(await holder).toBe('done');
  expect(await redis.exists(lockKey('alone'))).toBe(0);
  await expect(guard.alone('alone', 10_000, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await guard.alone('alone', 10_000, () => Promise.resolve(0))).toBe(0);
});

test('what a dead one was doing alone is taken over when its lock has run out', async () => {
  // As a process that was killed leaves it.
  await redis.set(lockKey('dead'), 'of the dead', 'PX', 1_000);
  expect(await guard.alone('dead', 10_000, () => Promise.resolve('early'))).toBeUndefined();
  await eventually(async () => {
    expect(await guard.alone('dead', 10_000, () => Promise.resolve('taken over'))).toBe('taken over');
  });
});

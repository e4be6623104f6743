import { expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { recordedProcesses } from '../processes/pid-file.ts';
import { programsFor } from '../servers/private.ts';
import { redisAnswers, untilReady } from '../servers/readiness.ts';
import { startRedis } from '../servers/redis.ts';
import { temporaryHome } from './temporary-home.ts';

test('a private Redis keeps what it was given over a stop, and refuses to forget for want of memory', async () => {
  using home = temporaryHome();
  const programs = (await programsFor({ home, names: ['redis'], report: () => undefined })).get('redis')!;

  const values: unknown[] = [];
  for (const value of ['first', 'second']) {
    const server = await startRedis({ home, programs });
    await untilReady('Redis', () => redisAnswers(server.url), { deadlineMs: 10_000, died: server.died });
    const redis = new Redis(server.url);
    values.push(await redis.getset('key', value));
    expect(await redis.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
    redis.disconnect();
    await server.stop();
  }

  expect(values).toEqual([null, 'first']);
});

test('a private Redis that is kept and killed is there again, at the same place and with its data', async () => {
  using home = temporaryHome();
  const programs = (await programsFor({ home, names: ['redis'], report: () => undefined })).get('redis')!;
  const server = await startRedis({ home, programs });
  await untilReady('Redis', () => redisAnswers(server.url), { deadlineMs: 10_000, died: server.died });
  const redis = new Redis(server.url);
  redis.on('error', () => undefined);
  await redis.set('key', 'value');
  const restarted = new Promise<string>((resolve) => server.keep?.(resolve));

  process.kill(recordedProcesses(home)['redis']!, 'SIGKILL');

  expect(await restarted).toContain('redis was ended by SIGKILL');
  expect(await redis.get('key')).toBe('value');
  redis.disconnect();
  await server.stop();
  expect(recordedProcesses(home)).toEqual({});
});

test('waiting for a server that dies says how it died, without waiting for the deadline', async () => {
  const died = Promise.resolve('exited with code 1');
  const refused = () => Promise.reject(new Error('refused'));

  await expect(untilReady('Redis', refused, { deadlineMs: 60_000, died })).rejects.toThrow(
    'Redis exited with code 1',
  );
});

test('waiting ends at its deadline with the last reason', async () => {
  const refused = () => Promise.reject(new Error('refused'));

  await expect(untilReady('Redis', refused, { deadlineMs: 1 })).rejects.toThrow(
    'Redis is not ready after 0.001 s: refused',
  );
});

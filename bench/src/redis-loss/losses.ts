import { productKeys } from '@stampede/shared/testing';
import { cp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { monotonicMs } from '../measure/monotonic.js';
import type { Platform } from '../platform.js';
import type { LossKind } from './arguments.js';

type Parts = Pick<Platform, 'redis' | 'namespace'>;

/** @returns when it had happened, by the system's monotonic clock */
export type Loss = (parts: Parts, productId: string) => Promise<number>;

/** `everysec` is what its log is synced by; what was written since is lost with the power. */
const LOST_MS = 1_000;

const flush: Loss = async ({ redis }) => {
  await redis.flushall();
  return monotonicMs();
};

const emptyRestart: Loss = async ({ redis }) => {
  const { pid, log } = await placeOf(redis);
  return kill(pid, () => rm(log, { recursive: true }));
};

/** The log as it was a second ago is put in the place of the one that a killed process leaves whole. */
const lastSecond: Loss = async ({ redis }) => {
  const { pid, log } = await placeOf(redis);
  const copy = `${log}.earlier`;
  await cp(log, copy, { recursive: true });
  await pause(LOST_MS);
  return kill(pid, async () => {
    await rm(log, { recursive: true });
    await rename(copy, log);
  });
};

const putBack: Loss = async ({ redis, namespace }, productId) => {
  const keys = productKeys(namespace, productId);
  const earlier = await Promise.all(keys.map((key) => redis.dumpBuffer(key)));
  await pause(LOST_MS);
  const change = redis.multi();
  keys.forEach((key, index) => change.restore(key, 0, earlier[index]!, 'REPLACE'));
  await change.exec();
  return monotonicMs();
};

export const losses: Record<LossKind, Loss> = {
  flush,
  'empty-restart': emptyRestart,
  'last-second': lastSecond,
  'put-back': putBack,
};

/** Stopped first: it must neither write nor be started again before its data are what they are to be. */
async function kill(pid: number, change: () => Promise<void>): Promise<number> {
  process.kill(pid, 'SIGSTOP');
  try {
    await change();
  } finally {
    process.kill(pid, 'SIGKILL');
  }
  return monotonicMs();
}

async function placeOf(redis: Platform['redis']): Promise<{ pid: number; log: string }> {
  const info = await redis.info('server');
  const pid = Number(/^process_id:(\d+)/m.exec(info)?.[1]);
  const [, dir = ''] = await redis.config('GET', 'dir');
  const [, name = ''] = await redis.config('GET', 'appenddirname');
  return { pid, log: join(dir, name) };
}

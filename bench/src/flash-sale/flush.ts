import { readRedisStock } from '@stampede/shared/testing';
import { setTimeout as pause } from 'node:timers/promises';
import type { LoadAnswer } from '../load/load.js';
import type { FlashSaleParts } from './parts.js';

/** What buyers noticed of an emptied Redis. Milliseconds. */
export interface FlushEffect {
  /** After the opening. */
  atMs: number;
  answeredBefore: number;
  /** Until Redis knew the product again, exactly rebuilt; null when it never did. */
  rebuiltAfterMs: number | null;
  /** Units that were available then. */
  availableAfter: number | null;
  /** The longest time after it in which nobody was answered. */
  longestSilenceMs: number;
}

/** @param atMs since the load began */
export function readFlush(
  answers: LoadAnswer[],
  atMs: number,
): Omit<FlushEffect, 'rebuiltAfterMs' | 'availableAfter'> {
  const told = answers.filter(({ status }) => status !== 0);
  const answered = told
    .map(({ answeredMs }) => answeredMs)
    .filter((ms) => ms >= atMs)
    .sort((one, other) => one - other);
  const silences = answered.map((ms, index) => ms - (answered[index - 1] ?? atMs));
  return {
    atMs,
    answeredBefore: told.length - answered.length,
    longestSilenceMs: silences.reduce((longest, ms) => Math.max(longest, ms), 0),
  };
}

/** What emptying Redis did to one product. */
export interface Flush {
  /** `Date.now()` when it was sent. */
  at: number;
  rebuiltAfterMs: number | null;
  availableAfter: number | null;
}

const REBUILT_WITHIN_MS = 30_000;

/** Empties Redis, and watches until it knows the product again. */
export async function flush(
  { redis, namespace }: Pick<FlashSaleParts, 'redis' | 'namespace'>,
  productId: string,
): Promise<Flush> {
  const at = Date.now();
  await redis.flushall();
  while (Date.now() - at < REBUILT_WITHIN_MS) {
    const stock = await readRedisStock({ redis, namespace }, productId);
    if (stock) return { at, rebuiltAfterMs: Date.now() - at, availableAfter: stock.available };
    await pause(5);
  }
  return { at, rebuiltAfterMs: null, availableAfter: null };
}

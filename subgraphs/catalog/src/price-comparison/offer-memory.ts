import { openOutage, within } from '@stampede/shared/background';
import type { Log } from '@stampede/shared/telemetry';
import type { Redis } from 'ioredis';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { MOST_OFFERS, type TimedOffers } from './price-source.js';

/** What other shops answered lately, in Redis, so that all replicas ask them once. Without Redis nothing is remembered. */
export interface OfferMemory {
  /** Never rejects: what cannot be read soon is not remembered. */
  read(query: string): Promise<TimedOffers | undefined>;
  /** Never rejects. */
  write(query: string, found: TimedOffers): Promise<void>;
}

export interface OfferMemoryOptions {
  redis: Redis;
  namespace: string;
  lifeMs: number;
  /** How long Redis is waited for, ms. */
  patienceMs?: number | undefined;
  log: Log;
}

/** Redis answers in less than a millisecond, and the source is there to be asked when it does not. */
const PATIENCE_MS = 200;

/** Raised when the form below changes: what an older release wrote is then asked anew. */
const VERSION = 1;
const stored = z.object({
  v: z.literal(VERSION),
  asOf: z.number(),
  offers: z
    .array(z.object({ title: z.string(), shop: z.string(), price: z.number(), url: z.url() }))
    .max(MOST_OFFERS),
});

export function openOfferMemory(options: OfferMemoryOptions): OfferMemory {
  const { redis, namespace, lifeMs, patienceMs = PATIENCE_MS, log } = options;
  const outage = openOutage(log, 'remembering prices');
  const keyOf = (query: string) =>
    `${namespace}:prices:${createHash('sha256').update(query).digest('base64url')}`;

  /** @returns undefined when Redis is away or takes too long. */
  async function soon<T>(command: Promise<T>): Promise<T | undefined> {
    try {
      const result = await within(patienceMs, command, () => undefined);
      if (result !== undefined) outage.ended();
      return result;
    } catch (error) {
      outage.began(error);
      return undefined;
    }
  }

  return {
    read: async (query) => {
      const text = await soon(redis.get(keyOf(query)));
      return typeof text === 'string' ? readStored(text) : undefined;
    },
    write: async (query, { asOf, offers }) => {
      const text = JSON.stringify({ v: VERSION, asOf, offers: offers.slice(0, MOST_OFFERS) });
      await soon(redis.set(keyOf(query), text, 'PX', lifeMs));
    },
  };
}

function readStored(text: string): TimedOffers | undefined {
  try {
    return stored.safeParse(JSON.parse(text)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

import type { Redis } from 'ioredis';
import { within } from '../background/index.js';
import type { Database } from '../database/index.js';
import type { Metrics } from '../telemetry/index.js';
import { certainlyAhead, readClock, type ClockReading } from './clocks.js';

/** What a service that keeps data cannot serve without. */
export interface Needs {
  database: Pick<Database, 'query'>;
  redis?: Pick<Redis, 'time'>;
  /** Where the difference of their clocks is seen. */
  metrics?: Metrics;
}

/** Sales open and holds begin by the clock of Redis; holds end by that of PostgreSQL. */
const CLOCKS_MAY_DIFFER_MS = 500;

/** Less than a gateway waits, and more than a statement waits for its connection: a busy server is not silent. */
const ANSWERS_WITHIN_MS = 4_000;

/**
 * The reasons why a service cannot serve now, asked of its servers themselves: one that is away, or two whose clocks
 * differ by more than 500 ms. The broker is none of them: what is said meanwhile waits in the outbox, and a broker's
 * restart takes no checkout offline.
 */
export function readinessOf({ database, redis, metrics }: Needs): () => Promise<string[]> {
  const difference =
    redis &&
    metrics?.gauge(
      'clock_difference_seconds',
      'How far the clock of Redis is ahead of that of PostgreSQL for certain; negative: behind.',
    );
  return async () => {
    const [postgresql, ofRedis] = await Promise.all([
      ask('PostgreSQL', () => clockOfPostgresql(database)),
      redis && ask('Redis', () => clockOfRedis(redis)),
    ]);
    const away = [postgresql, ofRedis].filter((answer) => typeof answer === 'string');
    if (away.length > 0 || typeof postgresql !== 'object' || typeof ofRedis !== 'object') return away;
    const ahead = Math.round(certainlyAhead(ofRedis, postgresql));
    difference?.set(ahead / 1_000);
    if (Math.abs(ahead) <= CLOCKS_MAY_DIFFER_MS) return [];
    const where = ahead > 0 ? 'ahead of' : 'behind';
    return [`Clocks: Redis is ${Math.abs(ahead)} ms ${where} PostgreSQL`];
  };
}

/** The server's clock, or why there is none. */
async function ask(server: string, clock: () => Promise<number>): Promise<ClockReading | string> {
  try {
    return await within(ANSWERS_WITHIN_MS, readClock(clock), () => `${server}: is silent`);
  } catch (error) {
    return `${server}: ${(error as Error).message}`;
  }
}

async function clockOfPostgresql(database: Pick<Database, 'query'>): Promise<number> {
  const [row] = await database.query<{ now: number }>(
    'SELECT extract(epoch FROM clock_timestamp())::float8 * 1000 AS now',
  );
  if (!row) throw new Error('it did not tell the time');
  return row.now;
}

async function clockOfRedis(redis: Pick<Redis, 'time'>): Promise<number> {
  const [seconds, micros] = await redis.time();
  return Number(seconds) * 1_000 + Number(micros) / 1_000;
}

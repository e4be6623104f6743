import type { Redis } from 'ioredis';
import type { Database } from '../database/index.js';

/** What a service that keeps data cannot serve without. */
export interface Needs {
  database: Database;
  redis?: Redis;
}

/**
 * The reasons why a service cannot serve now, asked of its servers themselves. The broker is none of them: what is
 * said meanwhile waits in the outbox, and a broker's restart takes no checkout offline.
 */
export function readinessOf({ database, redis }: Needs): () => Promise<string[]> {
  return async () => {
    const reasons = await Promise.all([
      reasonOf('PostgreSQL', () => database.query('SELECT 1')),
      redis ? reasonOf('Redis', () => redis.ping()) : [],
    ]);
    return reasons.flat();
  };
}

async function reasonOf(server: string, ask: () => Promise<unknown>): Promise<string[]> {
  try {
    await ask();
    return [];
  } catch (error) {
    return [`${server}: ${(error as Error).message}`];
  }
}

import type { Redis } from 'ioredis';
import type { Database } from '../database/index.js';

/** What a service that keeps data cannot serve without. */
export interface Needs {
  database: Database;
  redis?: Redis;
  messaging: { readiness(): string[] };
}

/** The reasons why a service cannot serve now, asked of its servers themselves. */
export function readinessOf({ database, redis, messaging }: Needs): () => Promise<string[]> {
  return async () => {
    const reasons = await Promise.all([
      reasonOf('PostgreSQL', () => database.query('SELECT 1')),
      redis ? reasonOf('Redis', () => redis.ping()) : [],
    ]);
    return [...reasons.flat(), ...messaging.readiness()];
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

import type { Redis } from 'ioredis';
import type { ServiceName, Sql } from '../database/index.js';

export interface InvariantParts {
  /** As an administrator, in a service's schema. */
  sql: (schema: ServiceName) => Sql;
  redis: Redis;
  /** The prefix of the platform's keys. */
  namespace: string;
}

/** One thing that must always be true, and every place where it is not. */
export interface Finding {
  invariant: 1 | 2 | 3 | 4 | 5 | 6;
  claim: string;
  violations: string[];
}

/** A claim, and a query that gives one row, with a text `violation`, for every place where it is not true. */
export type Check = [invariant: Finding['invariant'], schema: ServiceName, claim: string, query: string];

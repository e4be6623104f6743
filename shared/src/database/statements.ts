import { createHash } from 'node:crypto';
import pg from 'pg';
import { retryAfterMs, Unavailable } from '../errors/index.js';

/** Who comes when so many wait for a connection would not get one in time. */
const MOST_WAITING = 1_000;

export type Row = Record<string, unknown>;

export interface StatementOptions {
  /**
   * False: planned each time, for the values that it has. For statements whose best plan depends on these, and
   * those whose texts are many. A prepared one gets a plan for any values after its fifth time.
   */
  prepared?: boolean;
}

/** Runs one statement with bound parameters (`$1`, `$2` …), prepared once per connection unless told otherwise. */
export interface Sql {
  query<R extends object = Row>(
    text: string,
    values?: readonly unknown[],
    options?: StatementOptions,
  ): Promise<R[]>;
  /** As `query`, and says how many rows the statement touched. */
  run(text: string, values?: readonly unknown[]): Promise<number>;
}

export function sqlOver(client: pg.Pool | pg.PoolClient): Sql {
  const run = (text: string, values: readonly unknown[] = [], { prepared = true }: StatementOptions = {}) => {
    if (client instanceof pg.Pool) refuseTooMany(client);
    return client.query<Row>({ ...(prepared && { name: nameOf(text) }), text, values: [...values] });
  };
  return {
    query: async <R extends object>(text: string, values?: readonly unknown[], options?: StatementOptions) =>
      (await run(text, values, options)).rows as R[],
    run: async (text, values) => (await run(text, values)).rowCount ?? 0,
  };
}

/** @throws Unavailable when as many wait for a connection as will get one in time. */
export function refuseTooMany(pool: pg.Pool): void {
  if (pool.waitingCount < MOST_WAITING) return;
  throw new Unavailable('a connection to PostgreSQL', { retryAfterMs: retryAfterMs() });
}

const names = new Map<string, string>();

/** A prepared statement's name; statements are few and constant, so the map is as well. */
function nameOf(text: string): string {
  let name = names.get(text);
  if (name === undefined) {
    name = createHash('sha1').update(text).digest('base64url');
    names.set(text, name);
  }
  return name;
}

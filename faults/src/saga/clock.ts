import { AsyncLocalStorage } from 'node:async_hooks';
import type { Redis } from 'ioredis';
import type { Sql } from '@stampede/shared/database';

/** The time of one history, in ms since 1970: it passes only when the history says so. */
export interface Clock {
  now: number;
}

/** Where every history begins. */
export const BEGINNING = Date.UTC(2030, 0, 1);

const clocks = new AsyncLocalStorage<Clock>();
const realNow = Date.now.bind(Date);

/** Runs a history by its own clock: whatever it calls is told that time by `Date.now()`; others go by the real one. */
export function byClock<T>(clock: Clock, work: () => Promise<T>): Promise<T> {
  Date.now = () => clocks.getStore()?.now ?? realNow();
  return clocks.run(clock, work);
}

/**
 * PostgreSQL's clock. Statements say `now()`, which is looked for along the search path: a schema that stands before
 * `pg_catalog` there gives another one to the same statements. Defaults of columns were bound when their tables were made,
 * so they are made anew.
 */
export const SHADOW_CLOCK = `
  CREATE SCHEMA clock;
  CREATE UNLOGGED TABLE clock.hands (at timestamptz NOT NULL);
  INSERT INTO clock.hands VALUES (to_timestamp(${BEGINNING / 1_000}));
  CREATE FUNCTION clock.now() RETURNS timestamptz STABLE LANGUAGE sql AS 'SELECT at FROM clock.hands';
  CREATE FUNCTION clock.clock_timestamp() RETURNS timestamptz STABLE LANGUAGE sql AS 'SELECT at FROM clock.hands';
  GRANT USAGE ON SCHEMA clock TO PUBLIC;
  GRANT SELECT ON clock.hands TO PUBLIC;
  DO $$ DECLARE it record; BEGIN
    FOR it IN SELECT table_schema, table_name, column_name FROM information_schema.columns
      WHERE table_schema IN ('order', 'catalog', 'payment') AND column_default ~ '(now|clock_timestamp)\\(\\)$'
    LOOP
      EXECUTE format('ALTER TABLE %I.%I ALTER %I SET DEFAULT clock.now()', it.table_schema, it.table_name, it.column_name);
    END LOOP;
  END $$;`;

/** A connection's options by which a service's statements find the clock before PostgreSQL's own. */
export const searchPathOf = (schema: string) =>
  `-c search_path=clock,"${schema}",pg_catalog -c synchronous_commit=off -c jit=off`;

/**
 * Redis' clock. A script that asks for the TIME is told what the key says; its text is the same but for a local name, which
 * stands before the server's own.
 */
export const shadowTime = (key: string): string => `
local server = redis
local redis = setmetatable({ call = function(command, ...)
  if command ~= 'TIME' then return server.call(command, ...) end
  local now = tonumber(server.call('GET', '${key}'))
  return { string.format('%d', math.floor(now / 1000)), string.format('%d', now % 1000 * 1000) }
end }, { __index = server })
`;

/** Sets all clocks of a history. */
export async function setClock(
  { admin, redis, key }: { admin: Sql; redis: Redis; key: string },
  clock: Clock,
  now: number,
): Promise<void> {
  clock.now = now;
  await Promise.all([
    admin.run('UPDATE clock.hands SET at = to_timestamp($1::float8 / 1000)', [now]),
    redis.set(key, String(now)),
  ]);
}

import { createHash } from 'node:crypto';
import pg from 'pg';
import { crashPoint, isWatched } from '../crash-points/index.js';
import { retryAfterMs, Unavailable } from '../errors/index.js';
import { inSpan, tracer, type Log, type Metrics } from '../telemetry/index.js';

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

export interface Transaction extends Sql {
  /** Runs once the transaction has committed, never otherwise: to wake a relay, to tell a listener. */
  afterCommit(action: () => void): void;
}

export interface Database extends Sql {
  /**
   * Commits what `work` did when it resolves, and undoes it when it throws. READ COMMITTED.
   *
   * @param step what is done by it, of a bounded set: the name of its span, and of its crash points before and after
   * the commit, which only what has written something passes.
   */
  transaction<T>(step: string, work: (tx: Transaction) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  url: string;
  /** The service's own schema: the only entry of the search path. */
  schema: string;
  log: Log;
  /** Connections at most; waiting for one ends after 3 s with an Unavailable-like error. */
  maxConnections?: number;
  /** A statement that takes longer is ended by PostgreSQL, with 57014; 10,000 unless given. */
  statementTimeoutMs?: number;
  /** Where the use of the pool is seen: of a process' main one, whose name the metrics have. */
  metrics?: Metrics;
}

// int8 as a number: every int8 of ours (money in won, serials, epochs) stays below 2^53.
pg.types.setTypeParser(pg.types.builtins.INT8, (text) => {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`int8 ${text} is beyond a safe integer`);
  return value;
});

/** Opens a pool. Nothing connects yet: a database that is away shows at the first statement. */
export function openDatabase(options: DatabaseOptions): Database {
  const { url, schema, log, maxConnections = 20, statementTimeoutMs = 10_000 } = options;
  const pool = new pg.Pool({
    connectionString: url,
    max: maxConnections,
    connectionTimeoutMillis: 3_000,
    idleTimeoutMillis: 30_000,
    statement_timeout: statementTimeoutMs,
    query_timeout: statementTimeoutMs + 2_000,
    idle_in_transaction_session_timeout: 15_000,
    keepAlive: true,
    options: `-c search_path="${schema}"`,
  });
  // pg reports a dropped connection as an 'error' event, fatal without a listener; the statement that was
  // using it rejects on its own.
  pool.on('error', (error) => log.warn({ reason: error.message }, 'an idle database connection was lost'));
  pool.on('connect', (client) =>
    client.on('error', (error: Error) =>
      log.warn({ reason: error.message }, 'a database connection was lost'),
    ),
  );

  if (options.metrics) tellOf(pool, maxConnections, options.metrics);
  const begin: Database['transaction'] = (step, work) => runTransaction(pool, step, work);
  const attributes = { 'db.system.name': 'postgresql', 'db.namespace': schema };
  const traced: Database['transaction'] = (step, work) =>
    inSpan(`transaction ${step}`, 'client', attributes, () => begin(step, work));
  return {
    ...sqlOver(pool),
    transaction: tracer() === undefined ? begin : traced,
    close: () => pool.end(),
  };
}

function tellOf(pool: pg.Pool, most: number, metrics: Metrics): void {
  metrics.readings(
    'database_connections',
    'Connections of the pool to PostgreSQL, by state.',
    'state',
    () => ({
      used: pool.totalCount - pool.idleCount,
      idle: pool.idleCount,
      unopened: most - pool.totalCount,
    }),
  );
  metrics.reading(
    'database_waiting',
    'Statements and transactions that wait for a connection.',
    () => pool.waitingCount,
  );
}

/** @throws Unavailable */
function refuseTooMany(pool: pg.Pool): void {
  if (pool.waitingCount < MOST_WAITING) return;
  throw new Unavailable('a connection to PostgreSQL', { retryAfterMs: retryAfterMs() });
}

async function runTransaction<T>(
  pool: pg.Pool,
  step: string,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  refuseTooMany(pool);
  const client = await pool.connect();
  const actions: (() => void)[] = [];
  let broken: Error | undefined;
  let isPassed = false;
  let result: T;
  try {
    await client.query('BEGIN');
    result = await work({ ...sqlOver(client), afterCommit: (action) => actions.push(action) });
    isPassed = isWatched() && (await hasWritten(client));
    if (isPassed) await crashPoint(`${step}/commit/before`);
    await client.query('COMMIT');
  } catch (error) {
    if (hasStalePlans(error) || isUnanswered(error)) broken = error;
    // A connection that cannot even roll back is not given back to the pool; a silent one is not waited for once more.
    if (!isUnanswered(error)) {
      await client.query('ROLLBACK').catch((failure: Error) => {
        broken = failure;
      });
    }
    throw error;
  } finally {
    client.release(broken);
  }
  if (isPassed) await crashPoint(`${step}/commit/after`);
  for (const action of actions) action();
  return result;
}

/** Whether there is anything to commit: a look for work that found none is no step of anybody's. */
async function hasWritten(client: pg.PoolClient): Promise<boolean> {
  const asked = 'SELECT pg_current_xact_id_if_assigned() IS NOT NULL AS written';
  const { rows } = await client.query<{ written: boolean }>(asked);
  return rows[0]?.written ?? false;
}

/**
 * Whether a statement's table has other columns than when this connection prepared it, as after a migration under
 * running replicas. Its other statements may be as old, so it is not given back; outside of a transaction the pool gives
 * back none that has failed. `isUnavailable` holds of it: the work is right, and is done by the next connection.
 */
const hasStalePlans = (error: unknown): error is Error =>
  error instanceof Error && /cached plan must not change result type/.test(error.message);

/** Whether nothing was heard of a statement: PostgreSQL undoes the transaction when its connection ends. */
const isUnanswered = (error: unknown): error is Error =>
  error instanceof Error && error.message === 'Query read timeout';

function sqlOver(client: pg.Pool | pg.PoolClient): Sql {
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

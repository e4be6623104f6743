import pg from 'pg';
import { inSpan, tracer, type Log, type Metrics } from '../telemetry/index.js';
import { sqlOver, type Sql } from './statements.js';
import { runTransaction, type Transaction } from './transaction.js';

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
    // No JIT: no statement here is worth compiling, which nothing interrupts. One that ran for 0.1 s was compiled for 26.
    options: `-c search_path="${schema}" -c jit=off`,
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

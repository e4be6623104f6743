import type pg from 'pg';
import { crashPoint, isWatched } from '../crash-points/index.js';
import { refuseTooMany, sqlOver, type Sql } from './statements.js';

export interface Transaction extends Sql {
  /** Runs once the transaction has committed, never otherwise: to wake a relay, to tell a listener. */
  afterCommit(action: () => void): void;
}

/** As `Database.transaction` says. */
export async function runTransaction<T>(
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

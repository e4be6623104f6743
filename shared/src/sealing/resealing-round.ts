import type { Sql } from '../database/index.js';
import type { Tally } from './reseal-rows.js';

/**
 * How far a round has come: the table `resealing` of the service's schema. There is one row, whose `key_id` is the
 * current key of whoever started last; a replica with another key, of before a change of keys, leaves it alone.
 */
export interface Round extends Tally {
  keyId: string;
  /** As PostgreSQL writes it, with its microseconds. */
  beganAt: string;
  atTable: number;
  afterId: string;
  /** Whether it has ended, and it is time for another one. */
  ended: boolean;
  due: boolean;
  lastBeganAt: Date | null;
  lastCounted: Record<string, number>;
}

export const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

const AFRESH = `began_at = now(), at_table = 0, after_id = '${BEFORE_ALL}', counted = '{}', resealed = 0,
  unreadable = 0, missed = 0, ended_at = NULL`;

/** Makes a key the current one: what another has sealed is to be sealed by it. */
export async function chooseKey(sql: Sql, keyId: string): Promise<void> {
  await sql.run(
    `INSERT INTO resealing (key_id) VALUES ($1)
     ON CONFLICT (one) DO UPDATE SET key_id = $1, ${AFRESH} WHERE resealing.key_id <> $1`,
    [keyId],
  );
}

/** @param everyMs how long after its end a round is due again. */
export async function readRound(sql: Sql, everyMs: number): Promise<Round | undefined> {
  const [round] = await sql.query<Round>(
    `SELECT key_id AS "keyId", began_at::text AS "beganAt", at_table AS "atTable", after_id AS "afterId", counted,
       resealed, unreadable, missed, ended_at IS NOT NULL AS ended,
       coalesce(ended_at < now() - make_interval(secs => $1 / 1000.0), false) AS due,
       last_began_at AS "lastBeganAt", last_counted AS "lastCounted" FROM resealing`,
    [everyMs],
  );
  return round;
}

/** Notes how far it has come, unless somebody else has gone on from there meanwhile. @returns whether it was noted */
async function change(sql: Sql, round: Round, set: string, values: unknown[]): Promise<boolean> {
  const changed = await sql.run(
    `UPDATE resealing SET ${set} WHERE key_id = $1 AND began_at = $2::timestamptz AND at_table = $3 AND after_id = $4`,
    [round.keyId, round.beganAt, round.atTable, round.afterId, ...values],
  );
  return changed === 1;
}

export const moveOn = (sql: Sql, round: Round, to: Tally & Pick<Round, 'atTable' | 'afterId'>) =>
  change(
    sql,
    round,
    'at_table = $5, after_id = $6, counted = $7, resealed = $8, unreadable = $9, missed = $10',
    [to.atTable, to.afterId, JSON.stringify(to.counted), to.resealed, to.unreadable, to.missed],
  );

export const beginAgain = (sql: Sql, round: Round) => change(sql, round, AFRESH, []);

/** Ends a round: with something left to look after, the next one begins at once. */
export const endRound = (sql: Sql, round: Round) =>
  change(
    sql,
    round,
    round.resealed + round.missed > 0
      ? `last_began_at = began_at, last_counted = counted, ${AFRESH}`
      : 'last_began_at = began_at, last_counted = counted, ended_at = now()',
    [],
  );

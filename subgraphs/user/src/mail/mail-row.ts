import type { Database, Sql } from '@stampede/shared/database';
import type { Language } from '@stampede/shared/identity';

export interface MailRow {
  id: string;
  kind: string;
  recipient: Buffer;
  language: Language;
  content: Buffer;
  /** The try that is being made included. */
  attempts: number;
  /** So old that this try is the last one. */
  stale: boolean;
}

/**
 * Leased for two minutes, so that a crash only delays it: composing takes a question to another service, which ends
 * after 3 s, and a few statements, each of which the database ends after 10 s, and sending ends after 20 s.
 */
export const claimDue = (sql: Sql, most: number): Promise<MailRow[]> =>
  sql.query<MailRow>(
    `UPDATE mail SET attempts = attempts + 1, due_at = now() + interval '2 minutes'
     WHERE id = ANY(ARRAY(
       SELECT id FROM mail WHERE due_at <= now() ORDER BY turn, due_at LIMIT $1 FOR UPDATE SKIP LOCKED))
     RETURNING id, kind, recipient, language, content, attempts, created_at < now() - interval '3 days' AS stale`,
    [most],
  );

export const remove = (database: Database, { id }: MailRow): Promise<number> =>
  database.run(`DELETE FROM mail WHERE id = $1`, [id]);

/** For 2 s, doubled with each try up to 15 min; unless its lease ran out and another has it in hand. */
export const postpone = (database: Database, { id, attempts }: MailRow): Promise<number> =>
  database.run(
    `UPDATE mail SET due_at = now() + least(power(2, least(attempts, 10)), 900) * interval '1 second'
     WHERE id = $1 AND attempts = $2`,
    [id, attempts],
  );

import type { Database } from '@stampede/shared/database';
import { checkFirst, connectionOf, decodeTimeCursor, encodeCursor, timeKey } from '@stampede/shared/graphql';
import type { DeadLetter, DeadLetterConnection } from './dead-letter.entity.js';

const LIST = 'deadLetters';
const SHOWN_CHARACTERS = 10_000;
/** A character of UTF-8 has four bytes at most. */
const SHOWN_BYTES = 4 * SHOWN_CHARACTERS;

interface ListedRow {
  id: string;
  service: string;
  queue: string;
  routing_key: string;
  message_id: string;
  reason: string;
  attempts: number;
  died_at: Date;
  shown: Buffer;
  cursor_at: string;
}

/** Open dead letters, the newest first. @throws BAD_USER_INPUT */
export async function listDeadLetters(
  database: Database,
  first: number,
  after: string | null,
): Promise<DeadLetterConnection> {
  checkFirst(first);
  const [diedAt, id] = after === null ? [null, null] : decodeTimeCursor(LIST, after);
  const rows = await database.query<ListedRow>(
    `SELECT id, service, queue, routing_key, message_id, reason, attempts, died_at,
       substring(body FROM 1 FOR ${SHOWN_BYTES}) AS shown, ${timeKey('died_at')} AS cursor_at
     FROM dead_letter
     WHERE status = 'OPEN' AND ($2::timestamptz IS NULL OR (died_at, id) < ($2::timestamptz, $3::uuid))
     ORDER BY died_at DESC, id DESC LIMIT $1`,
    [first + 1, diedAt, id],
  );
  return connectionOf(rows, {
    first,
    after,
    cursorOf: (row) => encodeCursor(LIST, row.cursor_at, row.id),
    nodeOf: letterOf,
  });
}

/** How many wait for a person. */
export async function countDeadLetters(database: Database): Promise<number> {
  const [row] = await database.query<{ count: number }>(
    `SELECT count(*) FROM dead_letter WHERE status = 'OPEN'`,
  );
  return row?.count ?? 0;
}

const letterOf = (row: ListedRow): DeadLetter => ({
  id: row.id,
  service: row.service,
  queue: row.queue,
  routingKey: row.routing_key,
  messageId: row.message_id,
  reason: row.reason,
  attempts: row.attempts,
  diedAt: row.died_at,
  // Bytes that are no UTF-8 show as U+FFFD.
  body: row.shown.toString().slice(0, SHOWN_CHARACTERS),
});

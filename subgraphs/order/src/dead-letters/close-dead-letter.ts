import type { Database, Transaction } from '@stampede/shared/database';
import { badInput } from '@stampede/shared/errors';
import { appendReplay } from '@stampede/shared/messaging';

/** A dead letter's end: `closed` now, `already` before, or `unknown`. */
export type Closing = 'closed' | 'already' | 'unknown';

interface ClosedRow {
  id: string;
  message_id: string;
  queue: string;
  routing_key: string;
  version: number | null;
  request_id: string | null;
  traceparent: string | null;
  body: Buffer;
  whole: boolean;
}

interface Close {
  id: string;
  as: 'REPLAYED' | 'DISCARDED';
  by: string;
  reason: string | null;
}

/**
 * Sends the message again to the queue it died in. It is marked and put into the outbox in one transaction: of two
 * replays at the same time one waits for the other, and then finds it closed.
 *
 * @throws BAD_USER_INPUT for one that cannot be sent as it was; it stays open.
 */
export function replay(database: Database, id: string, by: string): Promise<Closing> {
  return database.transaction('replay-dead-letter', async (tx) => {
    const letter = await close(tx, { id, as: 'REPLAYED', by, reason: null });
    if (!letter) return whyNot(tx, id);
    if (!letter.queue) throw notReplayable('does not say in which queue it died; discard it');
    if (!letter.whole) throw notReplayable('is too long to have been kept whole; discard it');
    await appendReplay(tx, {
      replayOf: letter.id,
      messageId: letter.message_id,
      queue: letter.queue,
      routingKey: letter.routing_key,
      version: letter.version,
      requestId: letter.request_id,
      traceparent: letter.traceparent,
      body: letter.body,
    });
    return 'closed';
  });
}

/** Takes it off the list for good; the row stays, with who did it and why. */
export function discard(database: Database, id: string, by: string, reason: string): Promise<Closing> {
  return database.transaction('discard-dead-letter', async (tx) => {
    const letter = await close(tx, { id, as: 'DISCARDED', by, reason });
    return letter ? 'closed' : whyNot(tx, id);
  });
}

async function close(tx: Transaction, { id, as, by, reason }: Close): Promise<ClosedRow | undefined> {
  const [row] = await tx.query<ClosedRow>(
    `UPDATE dead_letter SET status = $2, closed_at = now(), closed_by = $3, closed_reason = $4
     WHERE id = $1 AND status = 'OPEN'
     RETURNING id, message_id, queue, routing_key, version, request_id, traceparent, body, whole`,
    [id, as, by, reason],
  );
  return row;
}

async function whyNot(tx: Transaction, id: string): Promise<Closing> {
  const known = await tx.query('SELECT 1 FROM dead_letter WHERE id = $1', [id]);
  return known.length > 0 ? 'already' : 'unknown';
}

const notReplayable = (why: string) => badInput({ path: 'id', message: `${why}.` });

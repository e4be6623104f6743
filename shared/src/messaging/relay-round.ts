import { passing, passingClaim } from '../crash-points/index.js';
import type { Database } from '../database/index.js';
import type { Publisher } from './publisher.js';
import { inPublishSpan } from './message-spans.js';
import { outgoing, type OutboxRow } from './wire.js';

export interface RoundOptions {
  database: Database;
  publisher: Publisher;
  namespace: string;
  published: { inc(count: number): void };
}

/** Rows of one round. */
export const BATCH = 200;

/** How long a claimed row is left to its relay: longer than a confirm is waited for. */
const LEASE_MS = 10_000;

/**
 * Ids are given out in another order than transactions commit in, so rows are found by their state, never by
 * `id >`; the lease lets several relays work side by side without holding a transaction while they publish.
 *
 * Here as in every claim, the limited subquery stands in an array, which is made once. Of `IN (SELECT …)` PostgreSQL
 * may make a join that runs the subquery again for each row, past the rows that it has locked: it would take them all.
 */
const CLAIM = `
  UPDATE outbox SET leased_until = now() + $1 * interval '1 millisecond'
  WHERE id = ANY(ARRAY(
    SELECT id FROM outbox
    WHERE published_at IS NULL AND (leased_until IS NULL OR leased_until < now())
    ORDER BY id LIMIT $2
    FOR UPDATE SKIP LOCKED
  ))
  RETURNING id, message_id AS "messageId", routing_key AS "routingKey", version, body::text AS body,
    request_id AS "requestId", traceparent, created_at AS "createdAt", content, queue, replay_of AS "replayOf"`;

const MARK = `UPDATE outbox SET published_at = now() WHERE id = ANY($1)`;
const RELEASE = `UPDATE outbox SET leased_until = NULL WHERE id = ANY($1) AND published_at IS NULL`;

/**
 * Claims rows of the outbox, publishes them all at once, and marks those that the broker confirmed. A process
 * that dies in between leaves rows whose lease runs out: they are published again, under the same message id.
 *
 * @returns how many rows it claimed.
 * @throws why rows were not confirmed; they are free again by then.
 */
export async function relayRound(options: RoundOptions): Promise<number> {
  const { database, publisher, namespace, published } = options;
  const rows = await passingClaim('claim-outbox', () => database.query<OutboxRow>(CLAIM, [LEASE_MS, BATCH]));
  if (rows.length === 0) return 0;
  rows.sort((a, b) => a.id - b.id);
  const confirms = await Promise.allSettled(
    rows.map((row) =>
      inPublishSpan(namespace, row, (traced) =>
        passing(row.routingKey, 'publish', () => publisher.publish(outgoing(namespace, traced))),
      ),
    ),
  );
  const idsThat = (status: 'fulfilled' | 'rejected') =>
    rows.filter((_, index) => confirms[index]?.status === status).map((row) => row.id);

  const confirmed = idsThat('fulfilled');
  if (confirmed.length > 0) await passing('mark-published', 'commit', () => database.run(MARK, [confirmed]));
  published.inc(confirmed.length);
  const failure = confirms.find((confirm) => confirm.status === 'rejected');
  if (!failure) return rows.length;
  await database.run(RELEASE, [idsThat('rejected')]);
  throw failure.reason;
}

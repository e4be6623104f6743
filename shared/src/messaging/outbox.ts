import { randomUUID } from 'node:crypto';
import type { Transaction } from '../database/index.js';
import type { MessageType } from '../messages/index.js';
import { currentRequestId, traceparent } from '../telemetry/index.js';

const APPEND = `
  INSERT INTO outbox (message_id, routing_key, version, body, request_id, traceparent)
  VALUES ($1, $2, $3, $4, $5, $6)`;

/**
 * Tells other services of an event, if and only if the transaction commits. The relay is woken after the commit;
 * should the process die before, the row is found by any relay of the service.
 *
 * The message gets an id of its own (what stands still is told again by appending anew) and carries the current
 * request's id and trace.
 *
 * @throws ZodError when the body breaks the event's schema: a mistake of the code, which undoes the transaction.
 */
export async function appendToOutbox<T>(tx: Transaction, type: MessageType<T>, body: T): Promise<void> {
  const content = JSON.stringify(type.schema.parse(body));
  const origin = [currentRequestId() ?? null, traceparent() ?? null];
  await tx.run(APPEND, [randomUUID(), type.name, type.version, content, ...origin]);
  tx.afterCommit(announce);
}

const APPEND_ALL = `
  INSERT INTO outbox (message_id, routing_key, version, body, request_id, traceparent)
  SELECT message_id, $2, $3, body::jsonb, request_id, traceparent
  FROM unnest($1::uuid[], $4::text[], $5::text[], $6::text[])
    AS message (message_id, body, request_id, traceparent)`;

/**
 * As {@link appendToOutbox}, for an event that happened to many at once: one statement, in their order.
 *
 * @param ids of the messages; given by whoever appends the same ones again, not knowing whether they were committed:
 * the inboxes then let them have their effect once.
 */
export async function appendAllToOutbox<T>(
  tx: Transaction,
  type: MessageType<T>,
  bodies: readonly T[],
  ids: readonly string[] = bodies.map(() => randomUUID()),
): Promise<void> {
  const contents = bodies.map((body) => JSON.stringify(type.schema.parse(body)));
  const requestIds = bodies.map(() => currentRequestId() ?? null);
  const traces = bodies.map(() => traceparent() ?? null);
  await tx.run(APPEND_ALL, [ids, type.name, type.version, contents, requestIds, traces]);
  tx.afterCommit(announce);
}

/** What an event came of, as far as it is known. */
export interface Origin {
  requestId: string | undefined;
  /** Of the span that it belongs to, where that is traced. */
  traceparent?: string | undefined;
}

/** As {@link appendAllToOutbox}, of events that came of several requests: each message carries its own's id and trace. */
export async function appendEachToOutbox<T>(
  tx: Transaction,
  type: MessageType<T>,
  events: readonly ({ body: T } & Origin)[],
): Promise<void> {
  const ids = events.map(() => randomUUID());
  const contents = events.map(({ body }) => JSON.stringify(type.schema.parse(body)));
  const requestIds = events.map(({ requestId }) => requestId ?? null);
  const traces = events.map((event) => event.traceparent ?? null);
  await tx.run(APPEND_ALL, [ids, type.name, type.version, contents, requestIds, traces]);
  tx.afterCommit(announce);
}

const APPEND_REPLAY = `
  INSERT INTO outbox (message_id, routing_key, version, request_id, traceparent, content, queue, replay_of)
  VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`;

/** A dead letter that goes back, as it was, to the one queue that it died in. */
export interface Replay {
  /** The dead letter's own id. */
  replayOf: string;
  messageId: string;
  queue: string;
  routingKey: string;
  version: number | null;
  requestId: string | null;
  traceparent: string | null;
  body: Buffer;
}

/**
 * Sends a message again under its own id, if and only if the transaction commits: the inbox of its queue stops a
 * second effect, and its attempts are counted anew. A queue that is gone makes it a dead letter again.
 */
export async function appendReplay(tx: Transaction, replay: Replay): Promise<void> {
  const { messageId, routingKey, version, requestId, body, queue, replayOf } = replay;
  const origin = [requestId, replay.traceparent];
  await tx.run(APPEND_REPLAY, [messageId, routingKey, version, ...origin, body, queue, replayOf]);
  tx.afterCommit(announce);
}

const listeners = new Set<() => void>();

function announce(): void {
  for (const listener of listeners) listener();
}

/**
 * Calls `listener` after each commit that appended a row, in this process. A process with several services (a
 * test) wakes all their relays, which costs a look into an empty table.
 *
 * @returns ends the calls.
 */
export function onAppended(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

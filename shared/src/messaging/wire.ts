import type { ConsumeMessage } from 'amqplib';
import { z } from 'zod';
import type { MessageType } from '../messages/index.js';
import type { MessageMeta } from './handler.js';
import type { Outgoing } from './publisher.js';
import { deadLetterQueue, ownerOf } from './topology.js';

/** Our own headers. Those of a dead letter say what happened; the body and the message id stay as they were. */
export const HEADERS = {
  version: 'x-version',
  requestId: 'request-id',
  /** W3C Trace Context, as OpenTelemetry has it in messages. */
  traceparent: 'traceparent',
  attempts: 'x-attempts',
  reason: 'x-reason',
  service: 'x-service',
  queue: 'x-queue',
  routingKey: 'x-routing-key',
  /** Milliseconds since 1970. */
  diedAt: 'x-died-at',
  /** The dead letter of which the message is a replay; kept through every retry. */
  replayOf: 'x-replay-of',
} as const;

export interface OutboxRow {
  id: number;
  messageId: string;
  routingKey: string;
  version: number | null;
  requestId: string | null;
  traceparent: string | null;
  createdAt: Date;
  /** JSON of an event; null for a replay. */
  body: string | null;
  /** Of a replay: what died, where, and as which dead letter. */
  content: Buffer | null;
  queue: string | null;
  replayOf: string | null;
}

/** An outbox row as it goes over the wire: an event under its routing key, or a replay to its one queue. */
export const outgoing = (namespace: string, row: OutboxRow): Outgoing =>
  row.queue === null ? outgoingEvent(namespace, row) : outgoingReplay(namespace, row, row.queue);

const outgoingEvent = (namespace: string, row: OutboxRow): Outgoing => ({
  exchange: namespace,
  routingKey: row.routingKey,
  content: Buffer.from(row.body ?? ''),
  options: optionsOf(row),
});

/** A queue may have gone since its message died in it: then the replay is a dead letter again. */
function outgoingReplay(namespace: string, row: OutboxRow, queue: string): Outgoing {
  const message = { exchange: '', content: row.content ?? Buffer.alloc(0) };
  const died = {
    [HEADERS.reason]: 'the queue that it was replayed to is not there',
    [HEADERS.service]: ownerOf(namespace, queue)?.service ?? '',
    [HEADERS.queue]: queue,
    [HEADERS.routingKey]: row.routingKey,
    [HEADERS.diedAt]: Date.now(),
  };
  return {
    ...message,
    routingKey: queue,
    options: { ...optionsOf(row), mandatory: true },
    orElse: {
      ...message,
      routingKey: deadLetterQueue(namespace),
      options: { ...optionsOf(row, died), mandatory: true },
    },
  };
}

const optionsOf = (row: OutboxRow, headers: Record<string, unknown> = {}): Outgoing['options'] => ({
  messageId: row.messageId,
  type: row.routingKey,
  contentType: 'application/json',
  persistent: true,
  // Seconds, as the protocol has it.
  timestamp: Math.floor(row.createdAt.getTime() / 1_000),
  headers: {
    ...(row.version !== null && { [HEADERS.version]: row.version }),
    ...(row.requestId !== null && { [HEADERS.requestId]: row.requestId }),
    ...(row.traceparent !== null && { [HEADERS.traceparent]: row.traceparent }),
    ...(row.replayOf !== null && { [HEADERS.replayOf]: row.replayOf }),
    ...headers,
  },
});

/** A delivery that has passed its event's schema. */
export interface Readable {
  ok: true;
  body: unknown;
  meta: MessageMeta;
}

export type Incoming =
  | Readable
  /** Trying again would be of no use. */
  | { ok: false; reason: string };

/** What every message of ours is named by. */
export const messageId = z.uuid();

/** Reads a delivery by its event's schema. */
export function readIncoming(type: MessageType<unknown>, message: ConsumeMessage): Incoming {
  const id = messageId.safeParse(message.properties.messageId);
  if (!id.success) return { ok: false, reason: 'malformed: it has no message id' };
  const version: unknown = message.properties.headers?.[HEADERS.version];
  if (version !== type.version) {
    return {
      ok: false,
      reason: `unknown version ${String(version)} of ${type.name}; ${type.version} is read here`,
    };
  }
  let json: unknown;
  try {
    json = JSON.parse(message.content.toString());
  } catch (error) {
    return { ok: false, reason: `malformed: ${(error as Error).message}` };
  }
  const body = type.schema.safeParse(json);
  if (!body.success) return { ok: false, reason: `malformed: ${z.prettifyError(body.error)}` };
  const { [HEADERS.requestId]: requestId, [HEADERS.traceparent]: traceparent }: Record<string, unknown> =
    message.properties.headers ?? {};
  return {
    ok: true,
    body: body.data,
    meta: {
      messageId: id.data,
      attempts: attemptsOf(message),
      ...(typeof requestId === 'string' && { requestId }),
      ...(typeof traceparent === 'string' && { traceparent }),
    },
  };
}

/** How often handling this message has failed before. */
export function attemptsOf(message: ConsumeMessage): number {
  const attempts: unknown = message.properties.headers?.[HEADERS.attempts];
  return typeof attempts === 'number' ? attempts : 0;
}

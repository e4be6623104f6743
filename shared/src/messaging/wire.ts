import type { ConsumeMessage } from 'amqplib';
import { z } from 'zod';
import type { MessageType } from '../messages/index.js';
import type { MessageMeta } from './handler.js';
import type { Outgoing } from './publisher.js';

/** Our own headers. Those of a dead letter say what happened; the body and the message id stay as they were. */
export const HEADERS = {
  version: 'x-version',
  requestId: 'request-id',
  attempts: 'x-attempts',
  reason: 'x-reason',
  service: 'x-service',
  queue: 'x-queue',
  routingKey: 'x-routing-key',
} as const;

export interface OutboxRow {
  id: number;
  messageId: string;
  routingKey: string;
  version: number;
  body: string;
  requestId: string | null;
  createdAt: Date;
}

/** An outbox row as it goes over the wire: persistent JSON under its event's routing key. */
export function outgoingEvent(exchange: string, row: OutboxRow): Outgoing {
  return {
    exchange,
    routingKey: row.routingKey,
    content: Buffer.from(row.body),
    options: {
      messageId: row.messageId,
      type: row.routingKey,
      contentType: 'application/json',
      persistent: true,
      // Seconds, as the protocol has it.
      timestamp: Math.floor(row.createdAt.getTime() / 1_000),
      headers: {
        [HEADERS.version]: row.version,
        ...(row.requestId !== null && { [HEADERS.requestId]: row.requestId }),
      },
    },
  };
}

export type Incoming =
  | { ok: true; body: unknown; meta: MessageMeta }
  /** Trying again would be of no use. */
  | { ok: false; reason: string };

const messageId = z.uuid();

/** Reads a delivery by its event's schema. */
export function readIncoming(type: MessageType<unknown>, message: ConsumeMessage): Incoming {
  const id = messageId.safeParse(message.properties.messageId);
  if (!id.success) return { ok: false, reason: 'malformed: it has no message id' };
  let json: unknown;
  try {
    json = JSON.parse(message.content.toString());
  } catch (error) {
    return { ok: false, reason: `malformed: ${(error as Error).message}` };
  }
  const body = type.schema.safeParse(json);
  if (!body.success) return { ok: false, reason: `malformed: ${z.prettifyError(body.error)}` };
  const requestId: unknown = message.properties.headers?.[HEADERS.requestId];
  return {
    ok: true,
    body: body.data,
    meta: {
      messageId: id.data,
      attempts: attemptsOf(message),
      ...(typeof requestId === 'string' && { requestId }),
    },
  };
}

/** How often handling this message has failed before. */
export function attemptsOf(message: ConsumeMessage): number {
  const attempts: unknown = message.properties.headers?.[HEADERS.attempts];
  return typeof attempts === 'number' ? attempts : 0;
}

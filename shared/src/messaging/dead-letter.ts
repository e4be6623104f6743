import type { ConsumeMessage } from 'amqplib';
import { createHash } from 'node:crypto';
import { ownerOf } from './topology.js';
import { HEADERS, messageId } from './wire.js';

/** A message that was given up, with what is known of its death. Every text is one that PostgreSQL takes. */
export interface DeadLetter {
  /** The message's own; one made of its content where it had none that is a UUID. */
  messageId: string;
  /** Whose attempt it was; empty, as are the next two, when nothing says so. */
  service: string;
  queue: string;
  routingKey: string;
  version: number | null;
  requestId: string | null;
  traceparent: string | null;
  reason: string;
  attempts: number;
  diedAt: Date;
  /** Of which dead letter it was a replay. */
  replayOf: string | null;
  body: Buffer;
}

/** Of version 00 of W3C Trace Context, the only one that is sent here. */
const TRACEPARENT_LENGTH = 55;

interface Death {
  queue: string;
  reason: string;
  time: number | undefined;
}

/**
 * Reads a delivery of the dead-letter queue: one that a consumer of ours gave up says everything in headers of ours,
 * one that the broker gave up only what the broker notes. Nothing of it is trusted, as anybody may have put it there.
 */
export function readDeadLetter(namespace: string, { content, properties }: ConsumeMessage): DeadLetter {
  const headers: Record<string, unknown> = properties.headers ?? {};
  const death = deathOf(headers);
  const queue = nameIn(headers[HEADERS.queue]) ?? nameIn(death?.queue) ?? '';
  const owner = ownerOf(namespace, queue);
  const id = messageId.safeParse(properties.messageId);
  const replayOf = messageId.safeParse(headers[HEADERS.replayOf]);
  const attempts = integerIn(headers[HEADERS.attempts]);
  return {
    messageId: id.success ? id.data.toLowerCase() : nameOf(content, [properties.messageId, headers]),
    service: nameIn(headers[HEADERS.service]) ?? owner?.service ?? '',
    queue,
    routingKey: nameIn(headers[HEADERS.routingKey]) ?? owner?.event ?? nameIn(properties.type) ?? '',
    version: integerIn(headers[HEADERS.version]) ?? null,
    requestId: textIn(headers[HEADERS.requestId]) ?? null,
    traceparent: textIn(headers[HEADERS.traceparent])?.slice(0, TRACEPARENT_LENGTH) ?? null,
    reason: textIn(headers[HEADERS.reason]) ?? reasonOf(death),
    attempts: attempts ?? 0,
    diedAt: new Date(instantIn(headers[HEADERS.diedAt]) ?? death?.time ?? Date.now()),
    replayOf: replayOf.success ? replayOf.data.toLowerCase() : null,
    body: content,
  };
}

const reasonOf = (death: Death | undefined): string =>
  death?.reason === 'delivery_limit'
    ? 'the broker gave up: every process that took it has died or given it back'
    : `the broker gave up: ${death?.reason ?? 'it does not say why'}`;

/**
 * The broker's last note of a death, of which there may be several: a message that waited at a retry level has
 * "expired" there.
 */
function deathOf(headers: Record<string, unknown>): Death | undefined {
  const notes: unknown = headers['x-death'];
  const deaths = (Array.isArray(notes) ? notes : []).flatMap((note: unknown) => deathIn(note) ?? []);
  return deaths.find(({ reason }) => reason === 'delivery_limit') ?? deaths[0];
}

function deathIn(note: unknown): Death | undefined {
  if (typeof note !== 'object' || note === null) return undefined;
  const { queue, reason, time } = note as Record<string, unknown>;
  const seconds = typeof time === 'object' && time !== null && 'value' in time ? time.value : undefined;
  const ms = typeof seconds === 'number' ? instantIn(seconds * 1_000) : undefined;
  return { queue: textIn(queue) ?? '', reason: textIn(reason) ?? 'unknown', time: ms };
}

/** A text without what PostgreSQL refuses: a NUL, half of a surrogate pair. */
const textIn = (value: unknown): string | undefined =>
  typeof value === 'string' ? value.replace(/[\0\p{Surrogate}]/gu, '\uFFFD') : undefined;

/** The protocol's names have 255 bytes at most: a longer one could not be sent back. */
function nameIn(value: unknown): string | undefined {
  const text = textIn(value);
  return text && Buffer.byteLength(text) <= 255 ? text : undefined;
}

const integerIn = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 31 ? value : undefined;

/** A moment in the past, in milliseconds; a clock that is ahead of ours by more than a minute is not believed. */
const instantIn = (value: unknown): number | undefined =>
  typeof value === 'number' && value > 0 && value <= Date.now() + 60_000 ? Math.floor(value) : undefined;

/** The same for each delivery of the same letter, in the form of a UUID (version 8, RFC 9562). */
function nameOf(content: Buffer, more: unknown): string {
  const hash = createHash('sha256')
    .update(content)
    .update(JSON.stringify(more) ?? '')
    .digest();
  hash[6] = ((hash[6] as number) & 0x0f) | 0x80;
  hash[8] = ((hash[8] as number) & 0x3f) | 0x80;
  const hex = hash.toString('hex', 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

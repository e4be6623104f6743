import { z } from 'zod';
import { around, type Frame } from '../frame.js';

/** Close codes of the protocol `graphql-transport-ws`, and those of RFC 6455 that are used. */
export const CLOSE = {
  goingAway: 1001,
  internalError: 1011,
  tryAgainLater: 1013,
  badRequest: 4400,
  unauthorized: 4401,
  forbidden: 4403,
  notThisProtocol: 4406,
  initialisationTimeout: 4408,
  subscriberExists: 4409,
  /** Too many introductions, in the protocol's words; and whatever else there is too much of. */
  tooMany: 4429,
} as const;

export const PROTOCOL = 'graphql-transport-ws';

const object = z.record(z.string(), z.unknown());
/** It is sent back with every value. */
const id = z.string().min(1).max(256);

const message = z.discriminatedUnion('type', [
  z.object({ type: z.literal('connection_init'), payload: object.nullish() }),
  z.object({ type: z.literal('ping'), payload: object.nullish() }),
  z.object({ type: z.literal('pong'), payload: object.nullish() }),
  z.object({
    type: z.literal('subscribe'),
    id,
    payload: z.object({
      query: z.string().optional(),
      variables: object.nullish(),
      operationName: z.string().nullish(),
      // By which a listed operation may be called in the place of its text.
      extensions: object.nullish(),
      id: z.string().optional(),
      documentId: z.string().optional(),
    }),
  }),
  z.object({ type: z.literal('complete'), id }),
]);

export type Message = z.infer<typeof message>;

/** Reads what a client sent; undefined when it is no message of the protocol. */
export function readMessage(text: string): Message | undefined {
  try {
    return message.safeParse(JSON.parse(text)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const frame = (text: string): Frame => [Buffer.from(text)];

export const ACK = frame('{"type":"connection_ack"}');
export const pong = (payload: unknown) => frame(JSON.stringify({ type: 'pong', payload }));
export const complete = (id: string) => frame(JSON.stringify({ id, type: 'complete' }));

/** Puts payloads, which are JSON already, into the frames of one operation. */
export function framesOf(id: string) {
  const name = JSON.stringify(id);
  const before = (type: 'next' | 'error') => Buffer.from(`{"id":${name},"type":"${type}","payload":`);
  const beforeNext = before('next');
  return {
    next: (payload: Buffer) => around(beforeNext, payload, END),
    error: (payload: Buffer) => around(before('error'), payload, END),
  };
}

const END = Buffer.from('}');

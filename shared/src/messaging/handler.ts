import type { Transaction } from '../database/index.js';
import type { MessageType } from '../messages/index.js';

/** What a handler may want to know of a message besides its body. */
export interface MessageMeta {
  /** The same for every delivery of the message; another for each time the event is told. */
  messageId: string;
  /** The request that the event came of, where there was one. */
  requestId?: string;
  /** Of the span in which it is handled, for what is told of it; of who sent it, where nothing is traced here. */
  traceparent?: string;
  /** How often handling has failed so far; 0 at the first try, and not raised by a database that is away. */
  attempts: number;
}

/**
 * Thrown by a handler whose table says that the event contradicts what the service knows, whenever it comes: nothing
 * of it stands, and the message is a dead letter at once, for people to look at.
 */
export class Contradiction extends Error {
  constructor(what: string) {
    super(what);
    this.name = 'Contradiction';
  }
}

/**
 * Thrown by `handleAll` where it meets anything out of the ordinary: nothing of the batch stands, and each of its
 * messages is handled by itself.
 */
export class OneByOne extends Error {
  constructor(why: string) {
    super(why);
    this.name = 'OneByOne';
  }
}

/** A message, with what is known of it besides. */
export interface Told<T> {
  body: T;
  meta: MessageMeta;
}

/** What a service does about one kind of event. */
export interface Handler {
  type: MessageType<unknown>;
  /**
   * Runs in the transaction that records the message as handled, so it has its effect once. Throwing undoes it
   * and has it tried again later; throwing something that `isUnavailable` has it tried again soon, uncounted; and
   * after a {@link Contradiction} it is not tried again.
   */
  handle(tx: Transaction, body: unknown, meta: MessageMeta): Promise<void>;
  /**
   * As `handle`, for several messages that wait at the same time: what is ordinary, in as many statements as for one.
   * Optional; messages of a handler that has it are worked off one batch after the other. When it throws, each of them
   * is handled by `handle`, which alone decides what is not ordinary.
   */
  handleAll?(tx: Transaction, messages: readonly Told<unknown>[]): Promise<void>;
}

/** Pairs an event with what is done about it, and about several at once; each body has passed the event's schema. */
export function on<T>(
  type: MessageType<T>,
  handle: (tx: Transaction, body: T, meta: MessageMeta) => Promise<void>,
  handleAll?: (tx: Transaction, messages: readonly Told<T>[]) => Promise<void>,
): Handler {
  return {
    type,
    handle: (tx, body, meta) => handle(tx, body as T, meta),
    ...(handleAll && { handleAll: (tx, messages) => handleAll(tx, messages as readonly Told<T>[]) }),
  };
}

import type { Transaction } from '../database/index.js';
import type { MessageType } from '../messages/index.js';

/** What a handler may want to know of a message besides its body. */
export interface MessageMeta {
  /** The same for every delivery of the message; another for each time the event is told. */
  messageId: string;
  /** The request that the event came of, where there was one. */
  requestId?: string;
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

/** What a service does about one kind of event. */
export interface Handler {
  type: MessageType<unknown>;
  /**
   * Runs in the transaction that records the message as handled, so it has its effect once. Throwing undoes it
   * and has it tried again later; throwing something that `isUnavailable` has it tried again soon, uncounted; and
   * after a {@link Contradiction} it is not tried again.
   */
  handle(tx: Transaction, body: unknown, meta: MessageMeta): Promise<void>;
}

/** Pairs an event with what is done about it; `body` has passed the event's schema. */
export function on<T>(
  type: MessageType<T>,
  handle: (tx: Transaction, body: T, meta: MessageMeta) => Promise<void>,
): Handler {
  return { type, handle: (tx, body, meta) => handle(tx, body as T, meta) };
}

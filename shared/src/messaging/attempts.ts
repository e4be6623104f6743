import type { ConsumeMessage } from 'amqplib';
import { randomUUID } from 'node:crypto';
import { passing } from '../crash-points/index.js';
import type { Outgoing, Publisher } from './publisher.js';
import { deadLetterQueue, retryLevel, type Topology } from './topology.js';
import { HEADERS, attemptsOf } from './wire.js';

/** Where a message goes that could not be handled. Both resolve when the broker has confirmed it. */
export interface Attempts {
  /** Counts a failure of the handler: the message comes back later, or is a dead letter after the last attempt. */
  failed(message: ConsumeMessage, error: unknown): Promise<'retried' | 'dead-lettered'>;
  deadLetter(message: ConsumeMessage, reason: string, attempts?: number): Promise<'dead-lettered'>;
}

/** A reason is read by a person in a list; some errors carry whole queries. */
const REASON_LENGTH = 1_000;

export function openAttempts(
  publisher: Publisher,
  topology: Topology,
  queue: string,
  event: string,
): Attempts {
  const { namespace, service, delaysMs } = topology;
  const name = `${service}.${event}`;

  async function deadLetter(message: ConsumeMessage, reason: string, attempts = attemptsOf(message)) {
    await passing(`${name}.dead-letter`, 'publish', () =>
      publisher.publish(
        copyOf(message, '', deadLetterQueue(namespace), {
          [HEADERS.attempts]: attempts,
          [HEADERS.reason]: reason.slice(0, REASON_LENGTH),
          [HEADERS.service]: service,
          [HEADERS.queue]: queue,
          [HEADERS.routingKey]: event,
          [HEADERS.diedAt]: Date.now(),
        }),
      ),
    );
    return 'dead-lettered' as const;
  }

  return {
    deadLetter,
    failed: async (message, error) => {
      const attempts = attemptsOf(message) + 1;
      const delayMs = delaysMs[attempts - 1];
      if (delayMs === undefined) return deadLetter(message, `handler failed: ${textOf(error)}`, attempts);
      const level = retryLevel(namespace, delayMs);
      const again = copyOf(message, level, queue, { [HEADERS.attempts]: attempts });
      await passing(`${name}.retry`, 'publish', () => publisher.publish(again));
      return 'retried';
    },
  };
}

function copyOf(
  { content, properties }: ConsumeMessage,
  exchange: string,
  routingKey: string,
  headers: Record<string, unknown>,
): Outgoing {
  const kept = [HEADERS.version, HEADERS.requestId, HEADERS.traceparent, HEADERS.replayOf] as const;
  const before = Object.fromEntries(kept.map((header) => [header, properties.headers?.[header]]));
  return {
    exchange,
    routingKey,
    content,
    options: {
      // A message of somebody else's making may have none; the publisher needs one to tell a returned message.
      messageId: typeof properties.messageId === 'string' ? properties.messageId : randomUUID(),
      type: properties.type as string | undefined,
      contentType: properties.contentType as string | undefined,
      timestamp: properties.timestamp as number | undefined,
      persistent: true,
      // The queue is ours, declared before; should it be gone, the message must not be.
      mandatory: true,
      headers: { ...before, ...headers },
    },
  };
}

const textOf = (error: unknown) =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);

import type { Channel } from 'amqplib';

/** What one service needs of the broker. */
export interface Topology {
  /** The topic exchange's name, and the prefix of every other name. */
  namespace: string;
  service: string;
  /** Routing keys of the events that the service consumes. */
  events: string[];
  /** How long a message waits after its first failure, its second …, in milliseconds. */
  delaysMs: readonly number[];
}

export const DEFAULT_DELAYS_MS: readonly number[] = [200, 1_000, 5_000, 20_000];

/**
 * A broker counts a delivery whenever a consumer dies with it, so the limit is no policy of attempts; it only
 * ends the life of a message that kills every process it meets.
 */
const DELIVERY_LIMIT = 100;

export const queueName = (namespace: string, service: string, event: string) =>
  `${namespace}.${service}.${event}`;
/** Whose queue it is, and of which event; undefined for a name that is none of {@link queueName}'s. */
export function ownerOf(namespace: string, queue: string): { service: string; event: string } | undefined {
  if (!queue.startsWith(`${namespace}.`)) return undefined;
  const [service = '', ...event] = queue.slice(namespace.length + 1).split('.');
  return service && event.length > 0 ? { service, event: event.join('.') } : undefined;
}
export const deadLetterQueue = (namespace: string) => `${namespace}.dead-letters`;
/** Name of a level of waiting: a fanout exchange and its queue. */
export const retryLevel = (namespace: string, delayMs: number) => `${namespace}.retry.${delayMs}`;

/** Dead-lettering that waits for the target's confirm; it needs an overflow that refuses rather than drops. */
const atLeastOnce = { 'x-dead-letter-strategy': 'at-least-once', 'x-overflow': 'reject-publish' };

/**
 * Declares everything a service needs; what is there already stays. Queues come before their bindings and the
 * dead-letter queue before those that point to it, so that no message finds its way cut.
 *
 * @throws when something of the name is there with other arguments.
 */
export async function declareTopology(channel: Channel, topology: Topology): Promise<void> {
  const { namespace, service, events, delaysMs } = topology;
  await declareQueue(channel, deadLetterQueue(namespace), {});
  for (const delayMs of delaysMs) await declareRetryLevel(channel, namespace, delayMs);
  await channel.assertExchange(namespace, 'topic', { durable: true });
  for (const event of events) {
    const queue = queueName(namespace, service, event);
    await declareQueue(channel, queue, {
      ...atLeastOnce,
      'x-delivery-limit': DELIVERY_LIMIT,
      'x-dead-letter-exchange': '',
      'x-dead-letter-routing-key': deadLetterQueue(namespace),
    });
    await channel.bindQueue(queue, namespace, event);
  }
}

/**
 * A level is shared by all queues: a message is published to it under its own queue's name, which the fanout
 * ignores; when the time is up, the default exchange takes the message back to the queue of that name.
 */
async function declareRetryLevel(channel: Channel, namespace: string, delayMs: number): Promise<void> {
  const level = retryLevel(namespace, delayMs);
  await declareQueue(channel, level, {
    ...atLeastOnce,
    'x-message-ttl': delayMs,
    'x-dead-letter-exchange': '',
  });
  await channel.assertExchange(level, 'fanout', { durable: true });
  await channel.bindQueue(level, level, '');
}

async function declareQueue(channel: Channel, name: string, args: Record<string, unknown>): Promise<void> {
  await channel.assertQueue(name, { durable: true, arguments: { 'x-queue-type': 'quorum', ...args } });
}

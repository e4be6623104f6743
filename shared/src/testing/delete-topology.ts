import { connect } from 'amqplib';
import { SERVICES } from '../database/index.js';
import * as messages from '../messages/index.js';
import { DEFAULT_DELAYS_MS, deadLetterQueue, queueName, retryLevel } from '../messaging/index.js';

export interface DeleteTopologyOptions {
  url: string;
  namespace: string;
  /** Those of the house unless given, as are the rest. */
  services?: readonly string[];
  events?: readonly string[];
  delaysMs?: readonly number[];
}

/**
 * Removes every exchange and queue of a namespace: a broker keeps a process and files for each quorum queue, so a
 * test leaves none behind. The protocol cannot list queues; every possible name is deleted, there or not.
 */
export async function deleteTopology(options: DeleteTopologyOptions): Promise<void> {
  const {
    url,
    namespace,
    services = SERVICES,
    events = houseEvents(),
    delaysMs = DEFAULT_DELAYS_MS,
  } = options;
  const levels = delaysMs.map((delayMs) => retryLevel(namespace, delayMs));
  const queues = services.flatMap((service) => events.map((event) => queueName(namespace, service, event)));
  const connection = await connect(url, { noDelay: true });
  // Without a listener amqplib would leave what it is asked unanswered when the connection fails.
  connection.on('error', () => undefined);
  try {
    const channel = await connection.createChannel();
    for (const queue of [...queues, ...levels, deadLetterQueue(namespace)]) await channel.deleteQueue(queue);
    for (const exchange of [namespace, ...levels]) await channel.deleteExchange(exchange);
  } finally {
    await connection.close();
  }
}

const houseEvents = () =>
  Object.values(messages).flatMap((exported) =>
    typeof exported === 'object' && 'schema' in exported && 'name' in exported ? [exported.name] : [],
  );

import { IllegalOperationError, type ChannelModel, type ConfirmChannel, type Options } from 'amqplib';
import { Unavailable } from '../errors/index.js';
import type { Log } from '../telemetry/index.js';
import { openConnection } from './connection.js';
import { declareTopology, type Topology } from './topology.js';

export interface Outgoing {
  exchange: string;
  routingKey: string;
  content: Buffer;
  options: Options.Publish & { messageId: string };
  /** Published in its place when no queue takes it. Without one, a missing queue is a mistake, and is declared again. */
  orElse?: Outgoing;
}

/** Publishes with confirms, on a connection of its own: a broker short of memory stops publishers, not readers. */
export interface Publisher {
  /**
   * Resolves when the broker has taken responsibility for the message; many may be under way at once.
   *
   * @throws Unavailable when that is not so, or not known: a repetition may be a duplicate.
   */
  publish: (message: Outgoing) => Promise<void>;
  problem: () => string | undefined;
  close: () => Promise<void>;
}

export interface PublisherOptions {
  url: string;
  topology: Topology;
  /** Whether it resolves without a broker, and connects when there is one. */
  later?: boolean;
  log: Log;
  /** Milliseconds until a missing confirm counts as a failure. */
  confirmWithinMs?: number;
}

export async function openPublisher(options: PublisherOptions): Promise<Publisher> {
  const { url, topology, log, confirmWithinMs = 5_000 } = options;
  let channel: ConfirmChannel | undefined;
  const returned = new Set<string>();

  async function setup(model: ChannelModel, drop: (reason: string) => void): Promise<void> {
    const opened = await model.createConfirmChannel();
    opened.on('error', (error) => log.error({ err: error }, 'the publishing channel failed'));
    opened.on('close', () => {
      returned.clear();
      drop('the publishing channel was closed');
    });
    // A returned message is confirmed as well, right after.
    opened.on('return', ({ fields, properties }) =>
      returned.add(keyOf(fields.routingKey, String(properties.messageId))),
    );
    await declareTopology(opened, topology);
    channel = opened;
  }

  const name = `${topology.namespace}.${topology.service} publisher`;
  const connection = await openConnection({ url, name, log, setup, later: options.later ?? false });

  function publish({ exchange, routingKey, content, options, orElse }: Outgoing): Promise<void> {
    const problem = connection.problem();
    if (!channel || problem) return Promise.reject(new Unavailable(`The broker (${problem})`));
    const current = channel;
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(() => {
        // Blocked publishers are told so and go on by themselves; silence without a word is a dead connection.
        if (!connection.problem()) connection.drop('a confirm did not come in time');
        reject(new Unavailable('The confirm of a message'));
      }, confirmWithinMs);
      const settle = (error: unknown) => {
        clearTimeout(deadline);
        if (error) {
          reject(new Unavailable('The confirm of a message', { cause: error }));
        } else if (!returned.delete(keyOf(routingKey, options.messageId))) {
          resolve();
        } else if (orElse) {
          publish(orElse).then(resolve, reject);
        } else {
          connection.drop('a queue is missing and has to be declared again');
          reject(new Unavailable(`The queue for ${routingKey}`));
        }
      };
      try {
        current.publish(exchange, routingKey, content, options, settle);
      } catch (error) {
        clearTimeout(deadline);
        reject(
          error instanceof IllegalOperationError ? new Unavailable('The broker', { cause: error }) : error,
        );
      }
    });
  }

  return { publish, problem: connection.problem, close: connection.close };
}

/** One message may be under way to two queues at once, of which one is missing. */
const keyOf = (routingKey: string, messageId: string) => `${messageId} ${routingKey}`;

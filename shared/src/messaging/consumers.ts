import { setMaxListeners } from 'node:events';
import type { Channel, ChannelModel } from 'amqplib';
import { Unavailable } from '../errors/index.js';
import type { Log } from '../telemetry/index.js';
import { openConnection, type Connection } from './connection.js';
import type { Consumer } from './consumer.js';
import { declareTopology, queueName, type Topology } from './topology.js';

export interface ConsumersOptions {
  url: string;
  topology: Topology;
  /** Whether it resolves without a broker, and connects when there is one. */
  later?: boolean;
  consumers: Consumer[];
  /** Deliveries per queue that the broker sends ahead. */
  prefetch: number;
  /** Milliseconds that closing leaves to handlers at work. */
  finishWithinMs: number;
  log: Log;
}

export interface Consumers {
  problem: () => string | undefined;
  /** Deliveries that have been taken and are not settled: being handled, or waiting for their turn. */
  inHand: () => number;
  /** What waits in each queue. @throws when there is no connection, or a queue is missing. */
  look: () => Promise<QueueLook[]>;
  /** Takes no more, finishes what has begun, as long as it may take, and gives the rest back. */
  close(): Promise<void>;
}

export interface QueueLook {
  queue: string;
  /** Messages that have not been sent to anybody. */
  ready: number;
  /** Processes that take them. */
  consumers: number;
}

/** Connects and consumes; after a lost connection it does so again. */
export async function openConsumers(options: ConsumersOptions): Promise<Consumers> {
  const { url, topology, consumers, prefetch, finishWithinMs, log } = options;
  const closing = new AbortController();
  const underWay = new Set<Promise<void>>();
  let channel: Channel | undefined;
  /** Apart from the one that consumes: asking for a queue that is gone ends a channel. */
  let looking: Channel | undefined;
  let tags: string[] = [];

  async function setup(model: ChannelModel, drop: Connection['drop']): Promise<void> {
    const opened = await model.createChannel();
    const gone = new AbortController();
    const abandon = AbortSignal.any([gone.signal, closing.signal]);
    // One listener per delivery that waits.
    setMaxListeners(0, abandon);
    opened.on('error', (error) => log.error({ err: error }, 'the consuming channel failed'));
    opened.on('close', () => {
      gone.abort();
      drop('the consuming channel was closed');
    });
    await declareTopology(opened, topology);
    await opened.prefetch(prefetch);
    channel = opened;
    const beside = await model.createChannel();
    beside.on('error', (error) => log.debug({ err: error }, 'the channel that looks at queues failed'));
    beside.on('close', () => {
      if (looking === beside) looking = undefined;
    });
    looking = beside;
    tags = [];
    for (const consumer of consumers) {
      const { consumerTag } = await opened.consume(consumer.queue, (message) => {
        // The broker ends a consumer when its queue is deleted or moves.
        if (!message) return drop(`the queue ${consumer.queue} has gone`);
        const settled = consumer.receive(opened, message, abandon).finally(() => underWay.delete(settled));
        underWay.add(settled);
      });
      tags.push(consumerTag);
    }
  }

  const name = `${topology.namespace}.${topology.service} consumers`;
  const connection = await openConnection({ url, name, log, setup, later: options.later ?? false });

  async function stopDeliveries(): Promise<void> {
    try {
      for (const tag of tags) await channel?.cancel(tag);
    } catch (error) {
      log.debug({ err: error }, 'the consuming channel had ended before');
    }
  }

  async function look(): Promise<QueueLook[]> {
    const current = looking;
    if (!current || connection.problem()) throw new Unavailable('The broker');
    const looks = queuesOf(topology, consumers).map(async (queue) => {
      const { messageCount, consumerCount } = await current.checkQueue(queue);
      return { queue, ready: messageCount, consumers: consumerCount };
    });
    return Promise.all(looks);
  }

  return {
    problem: connection.problem,
    inHand: () => underWay.size,
    look,
    close: async () => {
      const deadline = new Promise((resolve) => setTimeout(resolve, finishWithinMs).unref());
      await Promise.race([stopDeliveries(), deadline]);
      closing.abort();
      await Promise.race([Promise.all(underWay), deadline]);
      if (underWay.size > 0) log.warn({ left: underWay.size }, 'handlers were still at work at the deadline');
      await connection.close();
    },
  };
}

/** Its own, be they paused or not, and what else it consumes. */
const queuesOf = ({ namespace, service, events }: Topology, consumers: readonly Consumer[]): string[] => [
  ...new Set([
    ...events.map((event) => queueName(namespace, service, event)),
    ...consumers.map(({ queue }) => queue),
  ]),
];

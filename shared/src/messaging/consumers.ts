import { setMaxListeners } from 'node:events';
import type { Channel, ChannelModel } from 'amqplib';
import type { Log } from '../telemetry/index.js';
import { openConnection, type Connection } from './connection.js';
import type { Consumer } from './consumer.js';
import { declareTopology, type Topology } from './topology.js';

export interface ConsumersOptions {
  url: string;
  topology: Topology;
  /** Whether it resolves without a broker, and connects when there is one. */
  later?: boolean;
  consumers: Consumer[];
  /** Deliveries per queue that the broker sends ahead. */
  prefetch: number;
  log: Log;
}

export interface Consumers {
  problem: () => string | undefined;
  /** Takes no more, finishes what has begun within 10 s, gives the rest back. */
  close(): Promise<void>;
}

const FINISH_WITHIN_MS = 10_000;

/** Connects and consumes; after a lost connection it does so again. */
export async function openConsumers(options: ConsumersOptions): Promise<Consumers> {
  const { url, topology, consumers, prefetch, log } = options;
  const closing = new AbortController();
  const underWay = new Set<Promise<void>>();
  let channel: Channel | undefined;
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

  return {
    problem: connection.problem,
    close: async () => {
      const deadline = new Promise((resolve) => setTimeout(resolve, FINISH_WITHIN_MS).unref());
      await Promise.race([stopDeliveries(), deadline]);
      closing.abort();
      await Promise.race([Promise.all(underWay), deadline]);
      if (underWay.size > 0) log.warn({ left: underWay.size }, 'handlers were still at work at the deadline');
      await connection.close();
    },
  };
}

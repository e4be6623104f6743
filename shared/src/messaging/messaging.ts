import { within } from '../background/index.js';
import type { Database } from '../database/index.js';
import type { Log, Metrics } from '../telemetry/index.js';
import { openAttempts } from './attempts.js';
import { openCollector, type KeepDeadLetter } from './collector.js';
import { openConsumer } from './consumer.js';
import { openConsumers } from './consumers.js';
import type { Handler } from './handler.js';
import { startHousekeeping } from './housekeeping.js';
import { messagingMetrics } from './metrics.js';
import { openPublisher } from './publisher.js';
import { startRelay } from './relay.js';
import { openSlots, type Slots } from './slots.js';
import { DEFAULT_DELAYS_MS, queueName, type Topology } from './topology.js';
import { watchQueues } from './watch-queues.js';

export interface MessagingOptions {
  /** Of the broker, amqp:// or amqps://. */
  url: string;
  /** Prefix of every exchange and queue; two installations on one broker differ in it. */
  namespace: string;
  /** Whose outbox is relayed and whose queues are consumed. */
  service: string;
  /** The service's own, migrated with `messagingTables`. */
  database: Database;
  /** One per event at most; each gets a queue. */
  handlers: readonly Handler[];
  /** Work that may fall behind without holding up the handlers above. */
  aside?: Aside;
  /** Of the one service that collects the dead letters of all. */
  keepDeadLetter?: KeepDeadLetter;
  log: Log;
  metrics: Metrics;
  /** How long a message waits after each failure; after one more it is a dead letter. Milliseconds. */
  delaysMs?: readonly number[];
  /** Handlers that run at once, each with a connection of the pool that also serves requests. */
  concurrency?: number;
  /** Whether people wait for this service's answers, which come first: messages stand back then, for 5 s at most. */
  yieldsTo?: () => boolean;
  /** How long published rows are kept, in milliseconds. */
  keepPublishedMs?: number;
  /** How long closing waits for handlers at work, in milliseconds; what they have not committed by then is undone. */
  finishWithinMs?: number;
  /**
   * Of a service that serves without a broker: whether it opens without one, too, and connects when there is one. What
   * is appended meanwhile waits in the outbox.
   */
  later?: boolean;
}

export interface Aside {
  /** With queues of their own, as every handler. */
  handlers: readonly Handler[];
  /** How many of them run at once, beside the others. */
  concurrency: number;
  /** Their messages wait in their queues, until somebody starts without it. */
  paused: boolean;
}

export interface Messaging {
  /** What keeps messages from flowing, one reason each. */
  readiness(): string[];
  /**
   * Finishes what is under way, tells what was said last, and leaves the broker, within 8 s whoever is silent: what is
   * not done by then is left to others. The database is closed after this.
   */
  close(): Promise<void>;
}

const PREFETCH = 32;
const HOUR_MS = 3_600_000;
const FINISH_WITHIN_MS = 4_000;
/** Beyond that, for what was said last. */
const TELL_WITHIN_MS = 2_000;

/**
 * Publishes a service's outbox and consumes its events, until closed; whatever the broker or the database do in
 * between, it comes back by itself. Handlers may run before this resolves.
 *
 * @throws when two handlers share an event, or when no broker answers within about 30 s, unless that may come later.
 */
export async function openMessaging(options: MessagingOptions): Promise<Messaging> {
  const { url, namespace, service, database, handlers, log, delaysMs = DEFAULT_DELAYS_MS } = options;
  const { aside, concurrency = 8, keepPublishedMs = HOUR_MS, keepDeadLetter, later = false } = options;
  const { finishWithinMs = FINISH_WITHIN_MS } = options;
  const events = [...handlers, ...(aside?.handlers ?? [])].map((handler) => handler.type.name);
  const twice = events.find((event, index) => events.indexOf(event) !== index);
  if (twice) throw new Error(`${service} has two handlers of ${twice}; one queue can have one`);

  const topology: Topology = { namespace, service, events, delaysMs };
  const metrics = messagingMetrics(options.metrics);
  const publisher = await openPublisher({ url, topology, log, later });
  const consumerOf = (turn: Slots) => (handler: Handler) => {
    const queue = queueName(namespace, service, handler.type.name);
    const name = `${service}.${handler.type.name}`;
    const attempts = openAttempts(publisher, topology, queue, handler.type.name);
    return openConsumer({
      queue,
      name,
      handler,
      attempts,
      database,
      slot: turn,
      metrics: metrics.consumers,
      log,
    });
  };
  const slot = openSlots(concurrency);
  const asideSlot = openSlots(aside?.concurrency ?? 0);
  const own = handlers.map(consumerOf(slot));
  const besides = aside && !aside.paused ? aside.handlers.map(consumerOf(asideSlot)) : [];
  const collectors = keepDeadLetter
    ? [openCollector({ namespace, keep: keepDeadLetter, database, slot, log })]
    : [];
  const consumers = await openConsumers({
    url,
    topology,
    prefetch: PREFETCH,
    finishWithinMs,
    log,
    later,
    consumers: [...own, ...besides, ...collectors],
  });
  const relay = startRelay({
    database,
    publisher,
    namespace,
    published: metrics.published,
    yieldsTo: options.yieldsTo,
    log,
  });
  const housekeeping = startHousekeeping({
    database,
    outbox: metrics.outbox,
    keepPublishedMs,
    keepHandledMs: 7 * 24 * HOUR_MS,
    log,
  });

  const queues = watchQueues(consumers, metrics.queues, log);
  options.metrics.readings(
    'consumer_slots',
    'Turns for handling messages, by whether they are taken.',
    'state',
    () => {
      const uses = [slot.use(), asideSlot.use()];
      return { used: sumOf(uses, 'used'), free: sumOf(uses, 'free') };
    },
  );
  options.metrics.readings(
    'messages_in_hand',
    'Messages that the broker has sent and that are not settled, by whether they have their turn.',
    'state',
    () => {
      const handling = slot.use().used + asideSlot.use().used;
      return { handling, waiting: Math.max(0, consumers.inHand() - handling) };
    },
  );

  async function finish(): Promise<void> {
    await Promise.all([queues.close(), housekeeping.close(), consumers.close()]);
    await relay.close();
  }

  return {
    readiness: () => {
      const problems = [publisher.problem(), consumers.problem()].filter((problem) => problem !== undefined);
      return [...new Set(problems)];
    },
    close: async () => {
      await within(finishWithinMs + TELL_WITHIN_MS, finish(), () => {
        log.warn('stopping waits no longer: what is unfinished is left to other replicas');
      });
      await publisher.close();
    },
  };
}

const sumOf = (uses: readonly { used: number; free: number }[], which: 'used' | 'free') =>
  uses.reduce((sum, use) => sum + use[which], 0);

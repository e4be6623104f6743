import type { Counter, Histogram } from 'prom-client';
import type { Metrics } from '../telemetry/index.js';

export interface ConsumerMetrics {
  consumed: Counter<'queue' | 'outcome'>;
  deadLetters: Counter<'queue'>;
  seconds: Histogram<'queue'>;
}

/** How a delivery was settled. */
export const OUTCOMES = ['handled', 'duplicate', 'retried', 'dead-lettered'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/**
 * Registers what operators see of messaging. Every replica reports the whole outbox and the whole of its queues: take
 * the maximum.
 */
export function messagingMetrics(metrics: Metrics) {
  const consumers: ConsumerMetrics = {
    consumed: metrics.counter('messages_consumed_total', 'Messages settled.', ['queue', 'outcome']),
    deadLetters: metrics.counter('dead_letters_total', 'Messages given up.', ['queue']),
    seconds: metrics.histogram('message_handler_seconds', 'Time of an attempt to handle a message.', [
      'queue',
    ]),
  };
  return {
    consumers,
    published: metrics.counter('outbox_published_total', 'Messages that the broker confirmed.'),
    outbox: {
      rows: metrics.gauge('outbox_unpublished', 'Rows of the outbox that wait to be published.'),
      oldest: metrics.gauge('outbox_oldest_seconds', 'Age of the oldest of them; 0 without any.'),
    },
    queues: {
      ready: metrics.gauge('queue_messages_ready', 'Messages in a queue that nobody has been sent.', [
        'queue',
      ]),
      consumers: metrics.gauge('queue_consumers', 'Processes that consume a queue.', ['queue']),
      lookedAt: metrics.gauge(
        'queues_looked_at_timestamp_seconds',
        'When the broker last told how long the queues are, or this process began to ask, in seconds since 1970.',
      ),
    },
  };
}

export type MessagingMetrics = ReturnType<typeof messagingMetrics>;

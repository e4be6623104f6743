import type { Counter, Histogram } from 'prom-client';
import type { Metrics } from '../telemetry/index.js';

export interface ConsumerMetrics {
  consumed: Counter<'queue' | 'outcome'>;
  deadLetters: Counter<'queue'>;
  seconds: Histogram<'queue'>;
}

/** Registers what operators see of messaging. Every replica reports the whole outbox: take the maximum. */
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
    depth: metrics.gauge('outbox_unpublished', 'Rows of the outbox that wait to be published.'),
  };
}

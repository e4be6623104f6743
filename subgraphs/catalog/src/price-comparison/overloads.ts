import type { Metrics } from '@stampede/shared/telemetry';

/** `rate`: too many calls in a second; `turn`: too much waits already; `time`: a statement took too long. */
export type Overload = 'rate' | 'turn' | 'time';

/**
 * Counts what was not asked, or not answered, because too much was asked at once. Anybody can cause that, at any
 * rate: so it is counted, and no line of the log.
 */
export function overloadMetric(metrics: Metrics) {
  const counter = metrics.counter(
    'price_source_overloads_total',
    'Questions to a source of prices that were given up because too much was asked at once.',
    ['source', 'why'],
  );
  return (source: 'shops' | 'sellers'): CountOverload =>
    (why) =>
      counter.inc({ source, why });
}

export type CountOverload = (why: Overload) => void;

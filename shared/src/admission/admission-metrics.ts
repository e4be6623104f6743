import type { Metrics } from '../telemetry/index.js';

export interface AdmissionMetrics {
  refused: { inc(labels: { kind: string }): void };
  waited: { observe(labels: { kind: string }, seconds: number): void };
  /** Has what there is at the moment looked up when it is asked for. */
  follow(figures: { underWay: () => number; waiting: () => Record<string, number> }): void;
}

/** @param places how many may be under way before anybody waits. */
export function admissionMetrics(
  metrics: Metrics,
  kinds: readonly string[],
  places: number,
): AdmissionMetrics {
  const refused = metrics.counter(
    'admission_refused_total',
    'Requests that were refused because more was asked than could be done, by kind.',
    ['kind'],
  );
  for (const kind of kinds) refused.inc({ kind }, 0);
  metrics.gauge('admission_places', 'Requests that may be under way before others wait.').set(places);
  return {
    refused,
    waited: metrics.histogram(
      'admission_wait_seconds',
      'How long requests waited that had to wait for a place and got one, by kind.',
      ['kind'],
    ),
    follow: ({ underWay, waiting }) => {
      metrics.reading('admission_under_way', 'Requests under way.', underWay);
      metrics.readings('admission_waiting', 'Requests that wait for a place.', 'kind', waiting);
    },
  };
}

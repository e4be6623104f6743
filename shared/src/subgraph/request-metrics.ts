import type { FormattedExecutionResult } from 'graphql';
import type { Metrics } from '../telemetry/index.js';
import { NO_FIELD } from './root-field.js';
import { MOST_READS_TOGETHER } from './shared-reads.js';

/** How a request ended: `ok`, or the code of its first error. */
const outcomeOf = ({ errors }: FormattedExecutionResult): string =>
  errors?.[0] ? String(errors[0].extensions?.code) : 'ok';

/** What alerts add up, so that it is there with 0 before the first of it. */
const FAILURES = ['INTERNAL', 'SERVICE_UNAVAILABLE'];

/** Counts a subgraph's requests by what they ask for: a root field of its schema, `several` or `none`. */
export function openRequestMetrics(metrics: Metrics) {
  const seconds = metrics.histogram(
    'graphql_seconds',
    `Time to answer a question of GraphQL, which may be one for up to ${MOST_READS_TOGETHER} requests.`,
    ['field'],
  );
  const requests = metrics.counter('graphql_requests_total', 'Requests that were answered.', [
    'field',
    'outcome',
  ]);
  const together = metrics.counter(
    'shared_reads_total',
    'Queries that were answered together with others of the same kind.',
  );
  for (const outcome of ['ok', ...FAILURES]) requests.inc({ field: NO_FIELD, outcome }, 0);
  return {
    answered: (field: string, result: FormattedExecutionResult, ms: number): void => {
      requests.inc({ field, outcome: outcomeOf(result) });
      seconds.observe({ field }, ms / 1_000);
    },
    answeredTogether: (field: string, results: readonly FormattedExecutionResult[], ms: number): void => {
      for (const result of results) requests.inc({ field, outcome: outcomeOf(result) });
      seconds.observe({ field }, ms / 1_000);
      together.inc(results.length);
    },
  };
}

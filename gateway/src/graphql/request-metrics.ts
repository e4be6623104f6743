import type { ApolloServerPlugin } from '@apollo/server';
import type { Metrics } from '@stampede/shared/telemetry';
import type { GatewayContext } from './context.js';

export interface RequestMetrics {
  /** Counts a request that was answered well by the short way, which Apollo Server does not see. */
  answeredShort(operation: string, seconds: number): void;
  /** Counts a request that was refused before it was read as GraphQL. */
  refused(outcome: string): void;
  plugin: ApolloServerPlugin<GatewayContext>;
}

/** Requests by type of operation and outcome: `ok`, or the code of the first error. */
export function openRequestMetrics(metrics: Metrics): RequestMetrics {
  const requests = metrics.counter('requests_total', 'GraphQL requests.', ['operation', 'outcome']);
  const duration = metrics.histogram('request_seconds', 'Time to answer a GraphQL request.', ['operation']);
  const short = metrics.counter('short_answers_total', 'GraphQL requests that one subgraph answered alone.');
  const refused = (outcome: string) => requests.inc({ operation: 'none', outcome });
  return {
    answeredShort: (operation, seconds) => {
      short.inc();
      requests.inc({ operation, outcome: 'ok' });
      duration.observe({ operation }, seconds);
    },
    refused,
    plugin: {
      requestDidStart: () => {
        const end = duration.startTimer();
        return Promise.resolve({
          willSendResponse: ({ operation, response: { body } }) => {
            const type = operation?.operation ?? 'none';
            const errors = body.kind === 'single' ? body.singleResult.errors : undefined;
            const outcome = errors?.[0] ? String(errors[0].extensions?.code) : 'ok';
            requests.inc({ operation: type, outcome });
            end({ operation: type });
            return Promise.resolve();
          },
        });
      },
      invalidRequestWasReceived: () => {
        refused('BAD_USER_INPUT');
        return Promise.resolve();
      },
    },
  };
}

import type { ApolloServerPlugin } from '@apollo/server';
import { NO_FIELD, rootFieldOf } from '@stampede/shared/subgraph';
import type { Metrics } from '@stampede/shared/telemetry';
import { Kind, type DocumentNode, type OperationDefinitionNode } from 'graphql';
import type { GatewayContext } from './context.js';

export interface RequestMetrics {
  /** Counts a request that was answered well by the short way, which Apollo Server does not see. */
  answeredShort(operation: string, field: string, seconds: number): void;
  /** Counts a request that was refused before it was read as GraphQL. */
  refused(outcome: string): void;
  plugin: ApolloServerPlugin<GatewayContext>;
}

/** What alerts add up, so that it is there with 0 before the first of it. */
const REFUSALS = ['INTERNAL', 'SERVICE_UNAVAILABLE', 'RATE_LIMITED'];
const UNREAD = { operation: 'none', field: NO_FIELD };

/** Requests by type of operation, by what they ask for, and by outcome: `ok`, or the code of the first error. */
export function openRequestMetrics(metrics: Metrics): RequestMetrics {
  const requests = metrics.counter('requests_total', 'GraphQL requests.', ['operation', 'field', 'outcome']);
  const duration = metrics.histogram('request_seconds', 'Time to answer a GraphQL request.', [
    'operation',
    'field',
  ]);
  const short = metrics.counter('short_answers_total', 'GraphQL requests that one subgraph answered alone.');
  const fieldOf = openFields();
  for (const outcome of REFUSALS) requests.inc({ ...UNREAD, outcome }, 0);
  const refused = (outcome: string) => requests.inc({ ...UNREAD, outcome });
  return {
    answeredShort: (operation, field, seconds) => {
      short.inc();
      requests.inc({ operation, field, outcome: 'ok' });
      duration.observe({ operation, field }, seconds);
    },
    refused,
    plugin: {
      requestDidStart: () => {
        const end = duration.startTimer();
        return Promise.resolve({
          // There is an operation only once it has been validated: its field is one of the schema.
          willSendResponse: ({ operation, document, response: { body } }) => {
            const asked = operation
              ? { operation: operation.operation, field: fieldOf(operation, document as DocumentNode) }
              : UNREAD;
            const errors = body.kind === 'single' ? body.singleResult.errors : undefined;
            const outcome = errors?.[0] ? String(errors[0].extensions?.code) : 'ok';
            requests.inc({ ...asked, outcome });
            end(asked);
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

/** Looks an operation's root field up once: Apollo Server keeps the documents that it has parsed. */
function openFields() {
  const fields = new WeakMap<OperationDefinitionNode, string>();
  return (operation: OperationDefinitionNode, { definitions }: DocumentNode): string => {
    const known = fields.get(operation);
    if (known !== undefined) return known;
    const fragments = definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION);
    const field = rootFieldOf({ kind: Kind.DOCUMENT, definitions: [operation, ...fragments] });
    fields.set(operation, field);
    return field;
  };
}

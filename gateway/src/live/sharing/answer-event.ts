import { executeQueryPlan, type GraphQLDataSource, type ServiceMap } from '@apollo/gateway';
import type { GraphQLFormattedError } from 'graphql';
import type { GatewayContext } from '../../graphql/context.js';
import { loggerOf } from '../../graphql/federation.js';
import type { Log } from '@stampede/shared/telemetry';
import type { ToClient } from '../client-errors.js';
import type { SubscriptionPlan } from '../planning/index.js';
import type { StreamEvent } from '../subgraph/subgraph-streams.js';

export interface Subscription {
  plan: SubscriptionPlan;
  variables: Record<string, unknown>;
}

export interface Answer {
  data?: unknown;
  errors?: GraphQLFormattedError[];
}

export interface AnswerOptions {
  source: (subgraph: string) => GraphQLDataSource<GatewayContext>;
  toClient: ToClient;
  log: Log;
}

export type AnswerEvent = (
  subscription: Subscription,
  event: StreamEvent,
  context: GatewayContext,
) => Promise<Answer>;

/**
 * Makes a subgraph's event a whole answer: runs the query plan with the event in the place of the answer to its
 * primary fetch, and the other subgraphs as they are.
 */
export function openAnswerEvent({ source, toClient, log }: AnswerOptions): AnswerEvent {
  const logger = loggerOf(log);
  /** Said once of each: it is the same ten times a second. */
  const lacking = new WeakSet<SubscriptionPlan>();
  return async ({ plan, variables }, event, context) => {
    const { data, errors, extensions } = await executeQueryPlan(
      plan.queryPlan,
      servicesOf(plan, event, source),
      { request: { variables }, context, metrics: {}, logger } as never,
      plan.operation,
      plan.graph.supergraphSchema,
      plan.graph.apiSchema,
    );
    if (extensions?.valueCompletion && !lacking.has(plan)) {
      lacking.add(plan);
      log.warn({ problems: extensions.valueCompletion }, 'an answer lacks values that were promised');
    }
    return {
      ...(data !== undefined && { data }),
      ...(errors && { errors: toClient(errors, context.requestId) }),
    };
  };
}

/** The rest may well need the primary fetch's own subgraph: it is told from the event by what is asked. */
function servicesOf(
  { primary }: SubscriptionPlan,
  event: StreamEvent,
  source: AnswerOptions['source'],
): ServiceMap {
  const service = (name: string): GraphQLDataSource => ({
    process: (step) =>
      name === primary.serviceName && step.request.query === primary.operation
        ? Promise.resolve(event as never)
        : source(name).process(step as never),
  });
  return new Proxy({}, { get: (_, name) => service(String(name)) });
}

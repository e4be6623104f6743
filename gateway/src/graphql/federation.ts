import {
  ApolloGateway,
  type GatewayConfig,
  type GraphQLDataSource,
  type SupergraphSdlHook,
} from '@apollo/gateway';
import { plannerBounds } from '../limits/planner.js';
import type { Log } from '@stampede/shared/telemetry';

// Read by ApolloGateway's constructor, which would otherwise open an exporter to its vendor.
process.env.APOLLO_TELEMETRY_DISABLED = 'true';

export interface FederationOptions {
  /** The supergraph, or who says which it is at present. */
  supergraphSdl: string | SupergraphSdlHook;
  buildService: (member: { name: string; url?: string | undefined }) => GraphQLDataSource;
  /** Shows the query plan to a client that asks for it by header, as Sandbox does. */
  exposeQueryPlans: boolean;
  /** Is told of each request that is about to be executed. */
  planned?: GatewayConfig['experimental_didResolveQueryPlan'];
  log?: Log;
}

/** Makes the planner and executor of one supergraph; subgraphs are not asked before the first request. */
export function openFederation(options: FederationOptions) {
  const { supergraphSdl, buildService, exposeQueryPlans, planned, log } = options;
  const source = typeof supergraphSdl === 'string' ? { supergraphSdl } : { supergraphSdl };
  return new ApolloGateway({
    ...source,
    buildService,
    queryPlannerConfig: plannerBounds,
    serviceHealthCheck: false,
    __exposeQueryPlanExperimental: exposeQueryPlans,
    ...(planned && { experimental_didResolveQueryPlan: planned }),
    logger: loggerOf(log),
  });
}

/** Apollo's chatter is of no use to operators; its warnings are. */
export function loggerOf(log?: Log) {
  const silent = () => undefined;
  return {
    debug: silent,
    info: silent,
    warn: (message?: unknown) => log?.warn({ from: 'apollo' }, String(message)),
    error: (message?: unknown) => log?.error({ from: 'apollo' }, String(message)),
  };
}

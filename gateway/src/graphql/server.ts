import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { Log } from '@stampede/shared/telemetry';
import type { ApolloGateway } from '@apollo/gateway';
import type { ValidationRule } from 'graphql';
import type { Execute } from '../live/operate.js';
import type { GatewayContext } from './context.js';
import { executorFor } from './executor.js';
import { loggerOf } from './federation.js';
import { formatErrorFor } from './format-error.js';
import { requestIdOfErrors } from './request-id.js';
import { oneOperation } from './root-types.js';

export interface GraphQLServerOptions {
  federation: ApolloGateway;
  production: boolean;
  /** What documents have to keep to besides GraphQL's own rules. */
  rules: ValidationRule[];
  maxTokens: number;
  plugins: ApolloServerPlugin<GatewayContext>[];
  log: Log;
}

/** Starts Apollo Server over the federation; it has loaded the supergraph when this resolves. */
export async function startGraphQLServer(
  options: GraphQLServerOptions,
): Promise<ApolloServer<GatewayContext>> {
  const { federation, production, rules, maxTokens, plugins, log } = options;
  const server = new ApolloServer<GatewayContext>({
    gateway: executorFor(federation, log),
    nodeEnv: production ? 'production' : 'development',
    introspection: !production,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    parseOptions: { maxTokens },
    validationRules: rules,
    formatError: formatErrorFor(production, log),
    logger: loggerOf(log),
    plugins: [...plugins, requestIdOfErrors, oneOperation, ...nothingOfApollos()],
  });
  await server.start();
  return server;
}

/** Answers an operation that came another way than by plain HTTP, with all that the server does to those. */
export const executeBy =
  (server: ApolloServer<GatewayContext>): Execute =>
  async (request, contextValue) => {
    const { body } = await server.executeOperation(request, { contextValue });
    if (body.kind !== 'single') throw new Error('the gateway answers whole, never in parts');
    return body.singleResult;
  };

/**
 * Without these, an APOLLO_KEY in the environment would be enough to report to Apollo's cloud; and browsers are
 * shown a page before a request comes here.
 */
const nothingOfApollos = () => [
  ApolloServerPluginLandingPageDisabled(),
  ApolloServerPluginUsageReportingDisabled(),
  ApolloServerPluginSchemaReportingDisabled(),
  ApolloServerPluginCacheControlDisabled(),
];

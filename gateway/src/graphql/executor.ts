import type { ApolloGateway } from '@apollo/gateway';
import { inSpan, type Log } from '@stampede/shared/telemetry';
import { GraphQLError } from 'graphql';
import { introspect } from './introspect.js';

type Executor = Awaited<ReturnType<ApolloGateway['load']>>['executor'];
type Result = Awaited<ReturnType<Executor>>;

/** What Apollo Server is given as its gateway: the federation, with answers made fit for clients. */
export const executorFor = (federation: ApolloGateway, log: Log) => ({
  onSchemaLoadOrUpdate: federation.onSchemaLoadOrUpdate.bind(federation),
  load: async (options: Parameters<ApolloGateway['load']>[0]) => {
    const { executor } = await federation.load(options);
    const execute: Executor = async (request) =>
      introspect(request) ??
      fit(await inSpan('plan and execute', 'internal', {}, () => executor(request)), log);
    return { executor: execute };
  },
  stop: () => federation.stop(),
});

function fit(result: Result, log: Log): Result {
  if (!result.errors && !result.extensions) return result;
  const { data, errors, extensions } = result;
  const { valueCompletion, ...rest } = extensions ?? {};
  // A subgraph owed a value and gave none, and said nothing: a reference to what no longer exists. The client
  // gets null there; that it is so is for operators.
  if (valueCompletion) log.warn({ problems: valueCompletion }, 'an answer lacks values that were promised');
  return {
    ...(data !== undefined && { data }),
    ...(errors && { errors: errors.map(asGraphQLError) }),
    ...(Object.keys(rest).length > 0 && { extensions: rest }),
  };
}

/** The executor collects whatever was thrown; Apollo Server and its plugins count on GraphQLErrors. */
function asGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(originalError.message, { originalError });
}

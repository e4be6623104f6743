import {
  execute,
  getOperationAST,
  GraphQLError,
  OperationTypeNode,
  type FormattedExecutionResult,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from 'graphql';
import { maskErrors } from '../errors/index.js';
import type { Log } from '../telemetry/index.js';
import { openDocuments, withCode, type Prepare } from './documents.js';
import { NO_FIELD } from './root-field.js';

export interface GraphqlRequest {
  query: string;
  variables?: Record<string, unknown> | null;
  operationName?: string | null;
}

/** Executes requests against one schema. */
export interface Executor<Context extends { requestId: string }> {
  /** Never rejects: what goes wrong is in the result. Without `data` nothing has been executed. */
  execute(request: unknown, context: Context): Promise<FormattedExecutionResult>;
  prepare: Prepare;
  /** What a request that has been answered asked for, in metrics: a root field of the schema, `several` or `none`. */
  fieldOf(request: unknown): string;
  /** Errors as they leave the house: masked, coded, with the id of their request. */
  format(errors: readonly GraphQLError[], requestId: string): GraphQLFormattedError[];
}

/**
 * graphql-js, with each document parsed and validated once. A subgraph is asked by the gateway alone, always in the
 * same form: of what an HTTP server for GraphQL does for all the world, it needs nothing, and pays for nothing on the
 * way of each checkout.
 */
export function openExecutor<Context extends { requestId: string }>(
  schema: GraphQLSchema,
  log: Log,
): Executor<Context> {
  const mask = maskErrors(log);
  const prepare = openDocuments(schema);

  function format(errors: readonly GraphQLError[], requestId: string): GraphQLFormattedError[] {
    return errors.map((error) => {
      const formatted = error.toJSON();
      return mask({ ...formatted, extensions: { ...formatted.extensions, requestId } }, error);
    });
  }

  async function run(request: unknown, context: Context) {
    const asked = requestOf(request);
    if (asked instanceof GraphQLError) return { errors: [asked] };
    const prepared = prepare(asked.query);
    if (!prepared.ok) return prepared;
    const { document } = prepared;
    const operationName = asked.operationName ?? null;
    const operation = getOperationAST(document, operationName);
    if (!operation) return { errors: [mistake('BAD_USER_INPUT', 'operationName: names no operation.')] };
    if (operation.operation === OperationTypeNode.SUBSCRIPTION) {
      return {
        errors: [mistake('GRAPHQL_VALIDATION_FAILED', 'A subscription needs a connection that stays.')],
      };
    }
    const variableValues = asked.variables ?? {};
    const result = await execute({ schema, document, contextValue: context, variableValues, operationName });
    // Without data nothing was executed: the variables do not fit.
    return 'data' in result ? result : { errors: (result.errors ?? []).map(asBadInput) };
  }

  return {
    prepare,
    fieldOf: (request) => {
      const { query } = Object(request) as Record<string, unknown>;
      // It is known by now, or fits no schema.
      const prepared = typeof query === 'string' ? prepare(query) : undefined;
      return prepared?.ok ? prepared.field : NO_FIELD;
    },
    format,
    execute: async (request, context) => {
      const { errors, ...result } = await run(request, context);
      return {
        ...(errors && { errors: format(errors, context.requestId) }),
        ...('data' in result && result),
      };
    },
  };
}

function requestOf(request: unknown): GraphqlRequest | GraphQLError {
  const { query, variables, operationName } = Object(request) as Record<string, unknown>;
  const fits =
    typeof query === 'string' &&
    (variables == null || (typeof variables === 'object' && !Array.isArray(variables))) &&
    (operationName == null || typeof operationName === 'string');
  return fits
    ? (request as GraphqlRequest)
    : mistake('BAD_USER_INPUT', 'request: is not a request of GraphQL.');
}

const mistake = (code: string, message: string) => new GraphQLError(message, { extensions: { code } });

const asBadInput = (error: GraphQLError) =>
  error.extensions.code === undefined ? withCode(error, 'BAD_USER_INPUT') : error;

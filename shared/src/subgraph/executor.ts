import {
  execute,
  getOperationAST,
  GraphQLError,
  NoSchemaIntrospectionCustomRule,
  OperationTypeNode,
  parse,
  specifiedRules,
  validate,
  type DocumentNode,
  type FormattedExecutionResult,
  type GraphQLFormattedError,
  type GraphQLSchema,
} from 'graphql';
import { maskErrors } from '../errors/index.js';
import type { Log } from '../telemetry/index.js';

export interface GraphqlRequest {
  query: string;
  variables?: Record<string, unknown> | null;
  operationName?: string | null;
}

/** Executes requests against one schema. */
export interface Executor<Context extends { requestId: string }> {
  /** Never rejects: what goes wrong is in the result. Without `data` nothing has been executed. */
  execute(request: unknown, context: Context): Promise<FormattedExecutionResult>;
  /** A document that fits the schema, or why it does not. */
  prepare(query: string): Prepared;
  /** Errors as they leave the house: masked, coded, with the id of their request. */
  format(errors: readonly GraphQLError[], requestId: string): GraphQLFormattedError[];
}

export type Prepared = { ok: true; document: DocumentNode } | { ok: false; errors: readonly GraphQLError[] };

/** The gateway's plans are some hundred texts; a flood of others only costs that they are parsed again. */
const REMEMBERED = 1_000;
const LONGEST = 20_000;

const rules = [...specifiedRules, NoSchemaIntrospectionCustomRule];

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
  const known = new Map<string, Prepared>();

  function prepare(query: string): Prepared {
    const before = known.get(query);
    if (before) return before;
    const prepared = check(schema, query);
    const [oldest] = known.keys();
    if (oldest !== undefined && known.size >= REMEMBERED) known.delete(oldest);
    if (prepared.ok && query.length <= LONGEST) known.set(query, prepared);
    return prepared;
  }

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

function check(schema: GraphQLSchema, query: string): Prepared {
  let document: DocumentNode;
  try {
    document = parse(query);
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return { ok: false, errors: [withCode(error, 'GRAPHQL_PARSE_FAILED')] };
  }
  const errors = validate(schema, document, rules);
  if (errors.length === 0) return { ok: true, document };
  return { ok: false, errors: errors.map((error) => withCode(error, 'GRAPHQL_VALIDATION_FAILED')) };
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

/** The same error, with the code by which the API calls it. */
const withCode = (error: GraphQLError, code: string) =>
  new GraphQLError(error.message, {
    nodes: error.nodes,
    source: error.source,
    positions: error.positions,
    path: error.path,
    originalError: error.originalError,
    extensions: { ...error.extensions, code },
  });

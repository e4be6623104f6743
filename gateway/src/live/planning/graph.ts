import { operationFromDocument, Supergraph, type Schema } from '@apollo/federation-internals';
import { buildOperationContext } from '@apollo/gateway';
import { QueryPlanner, type QueryPlan } from '@apollo/query-planner';
import {
  getVariableValues,
  GraphQLError,
  print,
  separateOperations,
  specifiedRules,
  validate,
  type DocumentNode,
  type GraphQLSchema,
  type ValidationRule,
} from 'graphql';
import { readCostTable, type CostTable } from '../../limits/cost/cost-table.js';
import { openRequestLimits, type RefusalOf } from '../../limits/request/request-limits.js';
import { plannerBounds } from '../../limits/planner.js';
import type { DocumentLimits } from '../../limits/settings.js';
import { readAccessTags, type AccessTags } from './access-tags.js';
import { audienceOf, type Audience } from './audience.js';
import type { SubscriptionRequest } from './documents.js';
import { readEntityKeys } from './entity-keys.js';
import { keyedFetch, type KeyedFetch } from './keyed-fetch.js';
import { openRecent } from '../../graphql/recent.js';
import { subscribableRoot } from './subscribable-root.js';

export interface SubscriptionPlan extends KeyedFetch {
  /** The operation with its fragments and nothing else, in one way of writing. */
  text: string;
  audience: Audience;
  /** What a request of it is refused for, by its variables. */
  refusalOf: RefusalOf;
  /** How an event becomes an answer: the primary fetch, which the event answers, then what the rest needs. */
  queryPlan: QueryPlan;
  operation: ReturnType<typeof buildOperationContext>;
  graph: { apiSchema: Schema; supergraphSchema: GraphQLSchema };
}

export type Planned =
  | { ok: true; plan: SubscriptionPlan; variables: Record<string, unknown> }
  | { ok: false; errors: readonly GraphQLError[] };

export interface GraphOptions {
  coreSupergraphSdl: string;
  apiSchema: GraphQLSchema;
  /** What documents have to keep to besides GraphQL's own rules. */
  rules: readonly ValidationRule[];
  limits: DocumentLimits;
  /** Is told of each request that has a plan. */
  planned: (query: string, operationName: string | undefined) => void;
}

/** One supergraph, and the subscriptions that it has a place for. */
export interface Graph {
  /** What clients may use, as graphql-js sees it and as the planner does. */
  published: GraphQLSchema;
  apiSchema: Schema;
  tags: AccessTags;
  costs: CostTable;
  plan(request: SubscriptionRequest): Planned;
}

type Made = { plan: SubscriptionPlan } | { errors: readonly GraphQLError[] };

/** Enough to see what is wrong; a client that sends a thousand bad values does not get a thousand errors. */
const MAX_VARIABLE_ERRORS = 5;

/**
 * Characters of what a subgraph is asked, where fragments may have been spread out. It is well below what a subgraph
 * takes as one message: its socket, which is everybody's, would be closed over a longer one.
 */
const LONGEST_FETCH = 256 * 1024;

/** Makes the planner that queries are planned with; a document is validated and planned once. */
export function openGraph({ coreSupergraphSdl, apiSchema, rules, limits, planned }: GraphOptions): Graph {
  const supergraph = Supergraph.build(coreSupergraphSdl, { validateSupergraph: false });
  const planner = new QueryPlanner(supergraph, plannerBounds);
  const graph = {
    apiSchema: supergraph.apiSchema(),
    supergraphSchema: supergraph.schema.toGraphQLJSSchema(),
  };
  const tags = readAccessTags(coreSupergraphSdl);
  const costs = readCostTable(coreSupergraphSdl);
  const keys = readEntityKeys(coreSupergraphSdl);
  const enumOf = supergraph.subgraphNameToGraphEnumValue();
  const allRules = [...specifiedRules, subscribableRoot, ...rules];
  const made = openRecent<Made>();

  function make(document: DocumentNode, operationName = ''): Made {
    const problems = validate(apiSchema, document, allRules);
    if (problems.length > 0) {
      return { errors: problems.map((problem) => withCode(problem, 'GRAPHQL_VALIDATION_FAILED')) };
    }
    const [only] = Object.values(separateOperations(document));
    const alone = operationName ? separateOperations(document)[operationName] : only;
    if (!alone) throw new Error(`the document was read as having the operation ${operationName}`);
    const audience = audienceOf(apiSchema, alone, tags);
    if (audience instanceof GraphQLError) return { errors: [audience] };
    const context = buildOperationContext({ schema: apiSchema, operationDocument: alone });
    const refusalOf = openRequestLimits(
      { schema: apiSchema, document: alone, operation: context.operation, table: costs },
      limits,
    );
    const { node } = planner.buildQueryPlan(operationFromDocument(graph.apiSchema, alone));
    if (node?.kind !== 'Subscription') throw new Error('a subscription was planned as something else');
    const { rest } = node;
    const { primary, keyOf } = keyedFetch(node.primary, graph.supergraphSchema, (type) =>
      keys.get(`${enumOf.get(node.primary.serviceName)} ${type}`),
    );
    if (primary.operation.length > LONGEST_FETCH) return { errors: [tooLong()] };
    const plan: SubscriptionPlan = {
      text: print(alone),
      audience,
      primary,
      keyOf,
      queryPlan: { kind: 'QueryPlan', node: rest ? { kind: 'Sequence', nodes: [primary, rest] } : primary },
      operation: context,
      refusalOf,
      graph,
    };
    return { plan };
  }

  return {
    published: apiSchema,
    apiSchema: graph.apiSchema,
    tags,
    costs,
    plan: ({ query, document, operationName, variables }) => {
      const key = `${operationName ?? ''}\n${query}`;
      const result = made.get(key) ?? make(document, operationName);
      made.set(key, result, key.length);
      if ('errors' in result) return { ok: false, errors: result.errors };
      planned(query, operationName);
      const { plan } = result;
      const refusal = plan.refusalOf(variables);
      if (refusal) return { ok: false, errors: [refusal] };
      const { errors, coerced } = getVariableValues(
        apiSchema,
        plan.operation.operation.variableDefinitions ?? [],
        variables,
        { maxErrors: MAX_VARIABLE_ERRORS },
      );
      if (errors) return { ok: false, errors: errors.map((error) => withCode(error, 'BAD_USER_INPUT')) };
      return { ok: true, plan, variables: coerced };
    },
  };
}

function withCode(error: GraphQLError, code: string): GraphQLError {
  const { message, nodes, originalError, extensions } = error;
  return new GraphQLError(message, { nodes, originalError, extensions: { ...extensions, code } });
}

const tooLong = () =>
  new GraphQLError(`The subscription is longer than ${LONGEST_FETCH} characters, as its subgraph is asked.`, {
    extensions: { code: 'PAYLOAD_TOO_LARGE' },
  });

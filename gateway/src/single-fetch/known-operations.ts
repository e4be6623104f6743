import { operationFromDocument, type Operation } from '@apollo/federation-internals';
import type { GatewayConfig } from '@apollo/gateway';
import { rootFieldOf } from '@stampede/shared/subgraph';
import { Kind, type DocumentNode, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import { openRecent } from '../graphql/recent.js';
import type { CurrentGraph, Graph } from '../live/planning/index.js';
import type { PricedOperations } from '../limits/request/priced-operations.js';
import type { RefusalOf } from '../limits/request/request-limits.js';
import { chargeOf, type Charge } from '../rates/charge.js';
import type { PublicRead } from '../upstream/gather.js';
import { goesWithOf } from './goes-with.js';

type Resolved = Parameters<NonNullable<GatewayConfig['experimental_didResolveQueryPlan']>>[0];

/** An operation that one request to one subgraph answers, as it was planned. */
export interface SingleFetch {
  service: string;
  /** What is sent: `head`, the variables as JSON, `tail`. */
  head: string;
  tail: string;
  /** The variables that the subgraph needs. */
  usages: readonly string[];
  definition: OperationDefinitionNode;
  /** Its root field, in metrics. */
  field: string;
  /** What a request of it is refused for, by its variables. */
  refusalOf: RefusalOf;
  /** The client's selections, by which the answer is shaped. */
  operation: Operation;
  /** The graph that clients may use. */
  schema: GraphQLSchema;
  /** What it counts as, of what its client may ask for in a time. */
  charge: Charge;
  /** With whose requests it may be sent; undefined: it is about whoever asks. */
  goesWith: PublicRead['goesWith'] | undefined;
}

/** Operations that have been parsed, validated and planned before, by their text. */
export interface KnownOperations {
  recall(query: string, operationName: string | undefined): SingleFetch | undefined;
  /** Learns from what the gateway has planned for a request that it is about to execute. */
  learn(resolved: Resolved): void;
  /** From now on it is these graphs, one after the other; to be called before the first is loaded. */
  follow(graphs: Pick<CurrentGraph, 'onChange'>): void;
}

export function openKnownOperations(priced: Pick<PricedOperations, 'of'>): KnownOperations {
  let known = openRecent<SingleFetch>();
  let graph: Pick<Graph, 'published' | 'apiSchema' | 'tags'> | undefined;
  const keyOf = (query: string, operationName = '') => `${operationName}\n${query}`;
  return {
    recall: (query, operationName) => known.get(keyOf(query, operationName)),
    learn: (resolved) => {
      const { source: query, request } = resolved.requestContext;
      // A request that was planned just before the graph changed is executed by the old plan, and not remembered.
      if (resolved.operationContext.schema !== graph?.published) return;
      const key = keyOf(query, request.operationName);
      if (known.get(key)) return;
      const single = singleFetchOf(resolved, graph, priced);
      if (single) known.set(key, single, key.length);
    },
    follow: (graphs) => {
      // What was planned for another graph holds no more.
      graphs.onChange((changed) => {
        graph = changed;
        known = openRecent();
      });
    },
  };
}

/** An introspection is answered by the gateway itself. */
const INTROSPECTION = /__schema|__type\b/;

/** Undefined for what needs more than one request, or more than sending it: rewrites, conditions, introspection. */
function singleFetchOf(
  { queryPlan: { node }, operationContext, requestContext }: Resolved,
  { apiSchema, tags }: Pick<Graph, 'apiSchema' | 'tags'>,
  priced: Pick<PricedOperations, 'of'>,
): SingleFetch | undefined {
  if (node?.kind !== 'Fetch' || node.requires || INTROSPECTION.test(requestContext.source)) return undefined;
  if (node.inputRewrites || node.outputRewrites || node.contextRewrites) return undefined;
  const { operation: definition, fragments, schema } = operationContext;
  const document: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [definition, ...Object.values(fragments)],
  };
  const name =
    node.operationName === undefined ? '' : `,"operationName":${JSON.stringify(node.operationName)}`;
  return {
    service: node.serviceName,
    head: `{"query":${JSON.stringify(node.operation)},"variables":`,
    tail: `${name}}`,
    usages: node.variableUsages ?? [],
    definition,
    field: rootFieldOf(document),
    refusalOf: priced.of(schema, document, definition),
    operation: operationFromDocument(apiSchema, document, { validate: false }),
    schema,
    charge: chargeOf(definition, fragments),
    goesWith: goesWithOf(schema, document, tags),
  };
}

import type { ApolloGateway } from '@apollo/gateway';
import type { ValidationRule } from 'graphql';
import type { DocumentLimits } from '../../limits/settings.js';
import { openGraph, type Graph, type GraphOptions } from './graph.js';

export interface CurrentGraph {
  /** @throws Error before the federation has loaded. */
  current(): Graph;
  /** Calls back whenever another graph has taken its place. */
  onChange(listener: (graph: Graph) => void): void;
}

/** Follows the federation from one supergraph to the next; to be called before it loads the first. */
export function followGraph(
  federation: ApolloGateway,
  rules: readonly ValidationRule[],
  limits: DocumentLimits,
  planned: GraphOptions['planned'],
): CurrentGraph {
  const listeners: ((graph: Graph) => void)[] = [];
  let current: Graph | undefined;

  federation.onSchemaLoadOrUpdate(({ coreSupergraphSdl, apiSchema }) => {
    const graph = openGraph({ coreSupergraphSdl, apiSchema, rules, limits, planned });
    current = graph;
    for (const listener of listeners) listener(graph);
  });

  return {
    current: () => {
      if (!current) throw new Error('the federation has not loaded a supergraph yet');
      return current;
    },
    onChange: (listener) => void listeners.push(listener),
  };
}

import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { CostTable } from '../cost/cost-table.js';
import type { DocumentLimits } from '../settings.js';
import { openRequestLimits, type RefusalOf } from './request-limits.js';

/** What a supergraph says of costs, and who tells when another one has taken its place. */
interface Graphs {
  onChange(listener: (graph: { costs: CostTable }) => void): void;
}

export interface PricedOperations {
  /** What requests of a valid operation are refused for; it is priced when it is first asked for. */
  of(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): RefusalOf;
  /** From now on prices are those of these graphs; to be called before the first is loaded. */
  follow(graphs: Graphs): void;
}

/** Prices each operation of each parsed document once: who keeps a document keeps its price. */
export function openPricedOperations(limits: DocumentLimits): PricedOperations {
  let table: CostTable = { weights: new Map(), lists: new Map() };
  let priced = new WeakMap<OperationDefinitionNode, RefusalOf>();
  return {
    of: (schema, document, operation) => {
      const known = priced.get(operation);
      if (known) return known;
      const refusalOf = openRequestLimits({ schema, document, operation, table }, limits);
      priced.set(operation, refusalOf);
      return refusalOf;
    },
    follow: (graphs) => {
      graphs.onChange(({ costs }) => {
        table = costs;
        priced = new WeakMap();
      });
    },
  };
}

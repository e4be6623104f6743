import type { Identity } from '@stampede/shared/identity';
import type { SubgraphAnswer } from '../upstream/subgraph-source.js';

/** What a request carries from the door to the subgraphs. */
export interface GatewayContext {
  identity: Identity;
  requestId: string;
  /** What the only subgraph that the request needs was asked already, and has answered or not. */
  fetched?: Promise<SubgraphAnswer>;
}

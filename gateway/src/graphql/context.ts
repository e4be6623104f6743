import type { Identity } from '@stampede/shared/identity';
import type { SubgraphAnswer } from '../upstream/answer.js';

/** What a request carries from the door to the subgraphs. */
export interface GatewayContext {
  identity: Identity;
  requestId: string;
  /** What a subgraph was asked already, and has answered or not: the same question is not asked again. */
  fetched?: { subgraph: string; body: string; answer: Promise<SubgraphAnswer> };
}

import type { Identity } from '../identity/index.js';

/** What every resolver is given. */
export interface SubgraphContext {
  identity: Identity;
  requestId: string;
}

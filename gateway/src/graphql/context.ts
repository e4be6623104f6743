import type { Identity } from '@stampede/shared/identity';

/** What a request carries from the door to the subgraphs. */
export interface GatewayContext {
  identity: Identity;
  requestId: string;
}

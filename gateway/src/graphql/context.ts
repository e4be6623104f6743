import type { Client, Identity } from '@stampede/shared/identity';
import type { SubgraphAnswer } from '../upstream/answer.js';

/** What a request carries from the door to the subgraphs. */
export interface GatewayContext {
  identity: Identity;
  requestId: string;
  /** The client's, in the form that limits count by; not of what the gateway asks by itself. */
  address?: (() => string) | undefined;
  /** Its rates have been looked at. */
  counted?: boolean;
  /** Says who is at the other end, to the user service alone; asked only where that is. */
  client?: (() => Client) | undefined;
  /** Has the client keep a refresh token as its cookie, or by an empty text forget it. */
  keepCookie?: ((token: string) => void) | undefined;
  /** What a subgraph was asked already, and has answered or not: the same question is not asked again. */
  fetched?: { subgraph: string; body: string; answer: Promise<SubgraphAnswer> };
}

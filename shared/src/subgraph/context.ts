import type { Client, Identity } from '../identity/index.js';

/** What every resolver is given. */
export interface SubgraphContext {
  identity: Identity;
  requestId: string;
  /** Told to the user service alone. */
  client?: Client | undefined;
  /** Has the gateway keep this refresh token as the client's cookie, or with null remove it. Not for subscriptions. */
  setRefreshCookie?: (token: string | null) => void;
}

/** What is signed instead of a body when a service opens a WebSocket to a subgraph. */
export const CONNECT_BODY = 'connect';

/** The part of a `subscribe` message that decides what it does. */
export interface SubscribeRequest {
  query: string;
  variables?: Record<string, unknown> | null | undefined;
  operationName?: string | null | undefined;
}

/** What is signed of a `subscribe` message: both ends write it down in the same way. */
export const subscribeBody = ({ query, variables, operationName }: SubscribeRequest): string =>
  JSON.stringify({ query, variables, operationName });

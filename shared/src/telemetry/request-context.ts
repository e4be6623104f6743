import { AsyncLocalStorage } from 'node:async_hooks';

const requests = new AsyncLocalStorage<string | undefined>();

/** Runs `work` under a request's id, so that what it tells others (events, logs) can carry the id along. */
export function withRequestId<T>(requestId: string | undefined, work: () => T): T {
  return requests.run(requestId, work);
}

/** The id of the request that the running code works for, if it works for one. */
export function currentRequestId(): string | undefined {
  return requests.getStore();
}

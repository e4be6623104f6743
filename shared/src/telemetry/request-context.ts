import type { Span } from '@opentelemetry/api';
import { AsyncLocalStorage } from 'node:async_hooks';

/** What the running code works for. One store for all of it: each more would cost every request. */
export interface Work {
  requestId: string | undefined;
  /** Of a process that traces, else undefined. */
  span: Span | undefined;
  /** When nobody waits for it any more, by the clock of `performance.now()`. */
  deadline?: number | undefined;
}

const works = new AsyncLocalStorage<Work | undefined>();

/** Runs `work` under a request's id, so that what it tells others (events, logs) can carry the id along. */
export function withRequestId<T>(requestId: string | undefined, work: () => T): T {
  const now = works.getStore();
  return works.run({ requestId, span: now?.span, deadline: now?.deadline }, work);
}

/** The id of the request that the running code works for, if it works for one. */
export function currentRequestId(): string | undefined {
  return works.getStore()?.requestId;
}

export const currentWork = (): Work | undefined => works.getStore();

/** Runs `work` for somebody else than whoever began it; undefined: for nobody in particular. */
export const workFor = <T, A extends unknown[]>(
  whom: Work | undefined,
  work: (...args: A) => T,
  ...args: A
): T => works.run(whom, work, ...args);

import { Unavailable } from '@stampede/shared/errors';
import type { IncomingHttpHeaders } from 'node:http';
import { Pool, type Dispatcher } from 'undici';

export interface HttpAnswer {
  status: number;
  text: string;
  headers: IncomingHttpHeaders;
}

/** Requests to one address over kept connections, each answered whole or failed within the deadline. */
export interface Exchange {
  /** @throws Unavailable when no whole answer came in time. */
  post(headers: Record<string, string>, body: string): Promise<HttpAnswer>;
  close(): Promise<void>;
}

/** More requests at a time do not make a subgraph of one process faster; what is over waits its turn here. */
const AT_A_TIME = 256;

/**
 * @param name who is asked, for errors.
 * @param url where the requests go, with its path.
 * @param deadlineMs milliseconds until a request is given up, waiting for its turn included.
 * @param atATime requests that are on their way at once, at most.
 */
export function openExchange(name: string, url: string, deadlineMs: number, atATime = AT_A_TIME): Exchange {
  const { origin, pathname, search } = new URL(url);
  const path = pathname + search;
  // The deadline bounds a request as a whole; undici's own per phase would only come on top.
  const pool = new Pool(origin, { connections: atATime, headersTimeout: 0, bodyTimeout: 0 });
  // Not undici's own queue: a request that was given up would stay in it, and be sent to a subgraph that comes back
  // when nobody waits for the answer any more.
  const waiting = new Set<() => void>();
  let free = atATime;

  function queue(turn: () => void): void {
    waiting.add(turn);
    if (free === 0) return;
    free -= 1;
    pass();
  }

  /** Gives a free place to who has waited longest. */
  function pass(): void {
    const [next] = waiting;
    if (next) {
      waiting.delete(next);
      next();
    } else free += 1;
  }

  /** undici's `dispatch`, not its `request`: this is the hot path, and streams and signals are half of its cost. */
  const exchange = (headers: Record<string, string>, body: string) =>
    new Promise<HttpAnswer>((resolve, reject) => {
      let controller: Dispatcher.DispatchController | undefined;
      let late: Error | undefined;
      let status = 0;
      let received: IncomingHttpHeaders = {};
      const chunks: Buffer[] = [];
      const turn = () =>
        pool.dispatch(
          { method: 'POST', path, headers, body },
          {
            onRequestStart: (started) => {
              controller = started;
              // Its deadline has ended while a connection was made for it.
              if (late) started.abort(late);
            },
            onResponseStart: (_, statusCode, responseHeaders) => {
              status = statusCode;
              received = responseHeaders;
            },
            onResponseData: (_, chunk) => {
              chunks.push(chunk);
            },
            onResponseEnd: () => {
              clearTimeout(timer);
              resolve({ status, text: textOf(chunks), headers: received });
              pass();
            },
            onResponseError: (_, error) => {
              clearTimeout(timer);
              reject(error);
              pass();
            },
          },
        );
      const timer = setTimeout(() => {
        late = new Error(`no answer within ${deadlineMs} ms`);
        reject(late);
        waiting.delete(turn);
        controller?.abort(late);
      }, deadlineMs);
      queue(turn);
    });

  return {
    post: async (headers, body) => {
      try {
        return await exchange(headers, body);
      } catch (error) {
        throw new Unavailable(name, { cause: error });
      }
    },
    close: () => pool.close(),
  };
}

const textOf = (chunks: Buffer[]) =>
  chunks.length === 1 && chunks[0] ? chunks[0].toString() : Buffer.concat(chunks).toString();

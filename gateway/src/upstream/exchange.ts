import { Unavailable } from '@stampede/shared/errors';
import { Pool, type Dispatcher } from 'undici';

export interface HttpAnswer {
  status: number;
  text: string;
}

/** Requests to one address over kept connections, each answered whole or failed within the deadline. */
export interface Exchange {
  /** @throws Unavailable when no whole answer came in time. */
  post(headers: Record<string, string>, body: string): Promise<HttpAnswer>;
  close(): Promise<void>;
}

/** More sockets than this do not make a subgraph of one process faster; what is over waits its turn here. */
const CONNECTIONS = 256;

/**
 * @param name who is asked, for errors.
 * @param url where the requests go, with its path.
 * @param deadlineMs milliseconds until a request is given up, waiting for a connection included.
 */
export function openExchange(name: string, url: string, deadlineMs: number): Exchange {
  const { origin, pathname, search } = new URL(url);
  const path = pathname + search;
  // The deadline bounds a request as a whole; undici's own per phase would only come on top.
  const pool = new Pool(origin, { connections: CONNECTIONS, headersTimeout: 0, bodyTimeout: 0 });

  /** undici's `dispatch`, not its `request`: this is the hot path, and streams and signals are half of its cost. */
  const dispatch = (headers: Record<string, string>, body: string) =>
    new Promise<HttpAnswer>((resolve, reject) => {
      let controller: Dispatcher.DispatchController | undefined;
      let status = 0;
      const chunks: Buffer[] = [];
      const late = () => {
        const error = new Error(`no answer within ${deadlineMs} ms`);
        reject(error);
        controller?.abort(error);
      };
      const timer = setTimeout(late, deadlineMs);
      const settle = (end: () => void) => {
        clearTimeout(timer);
        end();
      };
      pool.dispatch(
        { method: 'POST', path, headers, body },
        {
          onRequestStart: (started) => {
            controller = started;
          },
          onResponseStart: (_, statusCode) => {
            status = statusCode;
          },
          onResponseData: (_, chunk) => {
            chunks.push(chunk);
          },
          onResponseEnd: () => settle(() => resolve({ status, text: textOf(chunks) })),
          onResponseError: (_, error) => settle(() => reject(error)),
        },
      );
    });

  return {
    post: async (headers, body) => {
      try {
        return await dispatch(headers, body);
      } catch (error) {
        throw new Unavailable(name, { cause: error });
      }
    },
    close: () => pool.close(),
  };
}

const textOf = (chunks: Buffer[]) =>
  chunks.length === 1 && chunks[0] ? chunks[0].toString() : Buffer.concat(chunks).toString();

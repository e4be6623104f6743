import { types } from 'node:util';

/** Something that the code needs (a server, another service) is away: nobody's mistake, and it may pass. */
export class Unavailable extends Error {
  /** Milliseconds after which asking again may help, where that is known. */
  readonly retryAfterMs?: number;

  constructor(what: string, options?: ErrorOptions & { retryAfterMs?: number | undefined }) {
    super(`${what} is unavailable`, options);
    this.name = 'Unavailable';
    if (options?.retryAfterMs !== undefined) this.retryAfterMs = options.retryAfterMs;
  }
}

const SOCKET_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'ECONNABORTED',
  'UND_ERR_SOCKET',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_HEADERS_TIMEOUT',
  'UND_ERR_BODY_TIMEOUT',
]);

/**
 * PostgreSQL's classes 08 (connection) and 53 (resources), 57P (shutdown), 25006 (the primary has become a replica), and
 * 25P03 and 25P04 (it ended the session of a client that it did not hear of in a transaction). Not 57014: a statement that is always too slow is a mistake, and would wait for ever.
 */
const POSTGRES_STATES = /^(08|53|57P)|^25(006|P03|P04)$/;

/** What drivers say of a connection, without a code; and PostgreSQL's 0A000 of a prepared statement whose table has changed. */
const MESSAGES =
  /cached plan must not change result type|Connection terminated|is not queryable|timeout exceeded when trying to connect|Query read timeout|Connection is closed|due to connection close|Command timed out|Socket timeout|max retries per request|Stream isn't writeable|max number of clients reached/i;

/** How an error of Redis itself begins, also one from within a script: it loads, is no master, is held up, or cannot write. */
const REDIS_STATES =
  /(?:^|: -)(LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|BUSY|MISCONF|OOM|NOREPLICAS|UNBLOCKED)\b/;

/** Whether an error says that a server is away (wait and try again), rather than that the work is wrong. */
export function isUnavailable(error: unknown): boolean {
  // Node's own errors come of another realm where modules run in a vm context, as under Jest.
  if (!(error instanceof Error || types.isNativeError(error))) return false;
  if (error instanceof Unavailable || error.name === 'TimeoutError') return true;
  const { code } = error as Error & { code?: string };
  if (code !== undefined && (SOCKET_CODES.has(code) || POSTGRES_STATES.test(code))) return true;
  const { message } = error;
  return (
    MESSAGES.test(message) ||
    REDIS_STATES.test(message) ||
    (error.cause !== undefined && isUnavailable(error.cause))
  );
}

import type { ErrorCode } from './errors.js';

/** The one client key that there is; every secret key of a local start is its pair. */
export const CLIENT_KEY = 'local-only-toss-client-key';

/**
 * The secret key of a Basic authorization, or what is wrong with it. Usable are the made-up keys of a local start only: a
 * real one that strays here by a wrong base URL gets the same answer as a wrong one.
 */
export function readSecretKey(header: string | undefined): { secretKey: string } | { refusal: ErrorCode } {
  if (!header) return { refusal: 'UNAUTHORIZED_KEY' };
  const encoded = /^Basic ([A-Za-z0-9+/]+={0,2})$/.exec(header)?.[1];
  const decoded = Buffer.from(encoded ?? '', 'base64').toString('utf8');
  if (!decoded.endsWith(':')) return { refusal: 'INCORRECT_BASIC_AUTH_FORMAT' };
  const secretKey = decoded.slice(0, -1);
  if (secretKey === CLIENT_KEY) return { refusal: 'INVALID_API_KEY' };
  return /^local-only-\S+$/.test(secretKey) ? { secretKey } : { refusal: 'UNAUTHORIZED_KEY' };
}

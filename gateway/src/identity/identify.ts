import { serviceUnavailable, unauthenticated, Unavailable } from '@stampede/shared/errors';
import { ANONYMOUS, type Identity } from '@stampede/shared/identity';
import type { Log } from '@stampede/shared/telemetry';
import type { GraphQLError } from 'graphql';
import type { VerifyAccessToken } from './access-token.js';
import type { EndedSessions, WatchEnd } from './ended/ended-sessions.js';

/** Who asks, or why the request is refused before anything of it is looked at. */
export type Identification =
  | {
      ok: true;
      identity: Identity;
      /** Milliseconds since 1970, where the identity ends by itself. */
      endsAt?: number;
      /** Where it may be taken back before that. */
      watchEnd?: WatchEnd;
    }
  | { ok: false; status: 401 | 503; error: GraphQLError };

/** RFC 6750; the scheme's case does not matter, the token is three parts of base64url. */
const BEARER = /^Bearer +([\w-]+\.[\w-]+\.[\w-]+) *$/i;

const refused: Identification = {
  ok: false,
  status: 401,
  error: unauthenticated('The access token is not valid, or no longer. Sign in or refresh the session.'),
};
const anonymous: Identification = { ok: true, identity: ANONYMOUS };

/**
 * Reads the Authorization header. Without one the request is anonymous; with one that is not good it is refused
 * even where anyone may ask, so that a client learns that its session has ended.
 */
export function openIdentify(verify: VerifyAccessToken, sessions: EndedSessions, log: Log) {
  const { watchEnd } = sessions;
  const hasEnded = (identity: Identity) => identity.kind === 'user' && sessions.has(identity.sessionId);

  return async (authorization: string | undefined): Promise<Identification> => {
    if (authorization === undefined) return anonymous;
    const token = BEARER.exec(authorization)?.[1];
    if (token === undefined) return refused;
    try {
      const verified = await verify(token);
      if (!verified || hasEnded(verified.identity)) return refused;
      return { ok: true, identity: verified.identity, endsAt: verified.endsAt, watchEnd };
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      log.warn({ err: error }, 'a token could not be checked');
      return { ok: false, status: 503, error: serviceUnavailable() };
    }
  };
}

export type Identify = ReturnType<typeof openIdentify>;

/** For a graph of other services, which has no publisher of keys: no token can be good. */
export const refuseEveryToken: VerifyAccessToken = () => Promise.resolve(null);

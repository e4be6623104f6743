import type { Identity } from '@stampede/shared/identity';
import { errors, jwtVerify } from 'jose';
import { z } from 'zod';
import type { TokenKeys } from './token-keys.js';

/** Whose access token it is. */
export interface Verified {
  identity: Identity;
  /** Milliseconds since 1970. */
  endsAt: number;
}

/** Answers whose access token this is; null for one that is forged, expired, or not an access token at all. */
export type VerifyAccessToken = (token: string) => Promise<Verified | null>;

/** As many as a flash sale has buyers at a time; one entry is about a kilobyte. */
const REMEMBERED = 50_000;

const claims = z.object({
  sub: z.string().min(1),
  role: z.enum(['BUYER', 'SELLER', 'OPERATOR']),
  sid: z.string().min(1),
  exp: z.number(),
});

interface Remembered extends Verified {
  kid: string;
}

/**
 * Checks access tokens (RFC 9068: `at+jwt`, RS256 only), and remembers those that were good until they end or
 * their key is withdrawn: a signature is checked once per token, not once per request.
 */
export function openAccessTokens(keys: TokenKeys, now: () => number = Date.now): VerifyAccessToken {
  const remembered = new Map<string, Remembered>();

  function recall(token: string): Remembered | undefined {
    const verified = remembered.get(token);
    if (!verified || (verified.endsAt > now() && keys.has(verified.kid))) return verified;
    remembered.delete(token);
    return undefined;
  }

  function remember(token: string, verified: Remembered): void {
    const [oldest] = remembered.keys();
    if (oldest !== undefined && remembered.size >= REMEMBERED) remembered.delete(oldest);
    remembered.set(token, verified);
  }

  return async (token) => {
    const known = recall(token);
    if (known) return known;
    const verified = await verify(token, keys, new Date(now()));
    if (verified) remember(token, verified);
    return verified;
  };
}

async function verify(token: string, keys: TokenKeys, currentDate: Date): Promise<Remembered | null> {
  try {
    const { payload, protectedHeader } = await jwtVerify(token, ({ kid }) => keyOf(kid, keys), {
      algorithms: ['RS256'],
      typ: 'at+jwt',
      issuer: 'stampede',
      audience: 'stampede',
      requiredClaims: ['iat', 'jti'],
      currentDate,
    });
    const { sub, role, sid, exp } = claims.parse(payload);
    const identity: Identity = { kind: 'user', userId: sub, role, sessionId: sid };
    return { identity, kid: String(protectedHeader.kid), endsAt: exp * 1_000 };
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof z.ZodError) return null;
    throw error;
  }
}

async function keyOf(kid: string | undefined, keys: TokenKeys) {
  const key = kid === undefined ? undefined : await keys.find(kid);
  if (!key) throw new errors.JWKSNoMatchingKey();
  return key;
}

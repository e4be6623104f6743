import type { JWTPayload } from 'jose';
import type { Grant } from './grants.js';

export interface Issuing {
  issuer: () => string;
  now: () => Date;
  /** How long the token lives. */
  seconds: number;
}

/** The claims that both providers make in the same words. */
export function idTokenClaims(
  { authorization, person, agreedAt }: Grant<{ id: string }>,
  { issuer, now, seconds }: Issuing,
): JWTPayload {
  const iat = unix(now());
  return {
    iss: issuer(),
    aud: authorization.clientId,
    sub: person.id,
    iat,
    exp: iat + seconds,
    auth_time: unix(agreedAt),
    ...(authorization.nonce !== undefined && { nonce: authorization.nonce }),
  };
}

function unix(time: Date): number {
  return Math.floor(time.getTime() / 1_000);
}

import type { Role } from '@stampede/shared/identity';
import { SignJWT } from 'jose';
import { randomUUID } from 'node:crypto';
import type { SigningKeys } from './signing-keys.js';

const LIFETIME_MS = 15 * 60 * 1_000;

export interface AccessToken {
  token: string;
  expiresAt: Date;
}

/** Signs who is signed in, for 15 minutes: a JWT of RFC 9068's type, in the format that the gateway verifies. */
export async function signAccessToken(
  { current }: SigningKeys,
  holder: { userId: string; role: Role; sessionId: string },
): Promise<AccessToken> {
  const issuedAt = Math.floor(Date.now() / 1_000);
  const expiresAt = new Date(issuedAt * 1_000 + LIFETIME_MS);
  const token = await new SignJWT({ role: holder.role, sid: holder.sessionId })
    .setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', kid: current.kid })
    .setIssuer('stampede')
    .setAudience('stampede')
    .setSubject(holder.userId)
    .setIssuedAt(issuedAt)
    .setExpirationTime(expiresAt)
    .setJti(randomUUID())
    .sign(current.key);
  return { token, expiresAt };
}

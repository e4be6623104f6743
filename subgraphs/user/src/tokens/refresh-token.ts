import { createHash, createHmac, randomBytes } from 'node:crypto';

/**
 * A refresh token is 32 bytes in base64url, opaque to clients: 16 that its session keeps for life (the family)
 * and 16 that each rotation changes. The family recognises any token that was rotated away, however long ago,
 * without keeping a row for each; presenting one ends the session (RFC 9700, 4.14.2).
 */
const HALF_BYTES = 16;

export interface RefreshHashes {
  hash: Buffer;
  family: Buffer;
}

/** The first token of a session. */
export const newRefreshToken = (): string => randomBytes(2 * HALF_BYTES).toString('base64url');

/** What the database knows of a token; a text that never was one gives hashes of nothing there. */
export function hashRefreshToken(token: string): RefreshHashes {
  const bytes = Buffer.from(token, 'base64url');
  return { hash: sha256(bytes), family: sha256(bytes.subarray(0, HALF_BYTES)) };
}

/**
 * The token that follows this one. The same salt gives the same successor, so that a client whose answer was
 * lost is told it again; without the old token, the salt gives nothing.
 */
export function successorOf(token: string, salt: Buffer): string {
  const bytes = Buffer.from(token, 'base64url');
  const fresh = createHmac('sha256', salt).update(bytes).digest().subarray(0, HALF_BYTES);
  return Buffer.concat([bytes.subarray(0, HALF_BYTES), fresh]).toString('base64url');
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest();

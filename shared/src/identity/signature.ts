import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { clientClaims, type Client } from './client.js';
import type { Identity } from './identity.js';
import { secretRing } from './secret-ring.js';

/** The one header in which a subgraph hears who asks. The gateway drops it from what clients send. */
export const IDENTITY_HEADER = 'stampede-identity';

/** How far the signer's clock and ours may stand apart; an older signature is refused as a replay. */
export const IDENTITY_WINDOW_MS = 30_000;

export interface SignedRequest {
  /** The name of the subgraph that the request is for: a signature for one is worth nothing at another. */
  audience: string;
  identity: Identity;
  /** Names the request in every log that it touches. */
  requestId: string;
  client?: Client | undefined;
}

/** Why a request is refused. */
export const UNSIGNED = ['missing', 'malformed', 'forged', 'stale', 'other-audience', 'other-body'] as const;

export type Verification =
  | { ok: true; identity: Identity; requestId: string; client?: Client | undefined }
  | { ok: false; reason: (typeof UNSIGNED)[number] };

const claims = z.object({
  aud: z.string(),
  rid: z.string(),
  iat: z.number(),
  bh: z.string(),
  id: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('anonymous') }),
    z.object({
      kind: z.literal('user'),
      userId: z.string(),
      role: z.enum(['BUYER', 'SELLER', 'OPERATOR']),
      sessionId: z.string(),
    }),
    z.object({ kind: z.literal('service'), service: z.string() }),
  ]),
  cl: clientClaims.optional(),
});

/**
 * Signs who asks, for one request to one subgraph.
 *
 * @param secrets one, or several by commas: the first signs.
 * @param body the exact bytes that will be sent; the signature covers their SHA-256.
 * @param now milliseconds since 1970.
 * @returns the value of {@link IDENTITY_HEADER}: claims and their HMAC-SHA-256, both base64url, a dot between.
 */
export function signIdentity(
  secrets: string,
  request: SignedRequest,
  body: string | Buffer,
  now = Date.now(),
): string {
  const payload = Buffer.from(
    JSON.stringify({
      aud: request.audience,
      rid: request.requestId,
      iat: now,
      bh: hashOf(body),
      id: request.identity,
      cl: request.client,
    }),
  ).toString('base64url');
  return `${payload}.${macOf(secretRing(secrets)[0], payload)}`;
}

/**
 * Checks a header made by {@link signIdentity}; says why it is refused, for the log, never for the caller.
 *
 * @param secrets one, or several by commas: each of them verifies, so that what is signed by the one before or after
 *   holds while they are changed. It costs one HMAC, but of what another than the first has signed.
 */
export function verifyIdentity(
  secrets: string,
  audience: string,
  header: string | undefined,
  body: string | Buffer,
  now = Date.now(),
): Verification {
  if (!header) return { ok: false, reason: 'missing' };
  const [payload, mac, ...rest] = header.split('.');
  if (!payload || !mac || rest.length > 0) return { ok: false, reason: 'malformed' };
  if (!isSigned(secrets, payload, mac)) return { ok: false, reason: 'forged' };
  const parsed = claims.safeParse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
  if (!parsed.success) return { ok: false, reason: 'malformed' };
  const { aud, bh, cl, iat, id, rid } = parsed.data;
  if (aud !== audience) return { ok: false, reason: 'other-audience' };
  if (Math.abs(now - iat) > IDENTITY_WINDOW_MS) return { ok: false, reason: 'stale' };
  if (bh !== hashOf(body)) return { ok: false, reason: 'other-body' };
  return { ok: true, identity: id, requestId: rid, client: cl };
}

const hashOf = (body: string | Buffer) => createHash('sha256').update(body).digest('base64url');

const isSigned = (secrets: string, payload: string, mac: string): boolean =>
  secretRing(secrets).some((secret) => equal(mac, macOf(secret, payload)));

const macOf = (secret: string, payload: string) =>
  createHmac('sha256', secret).update(payload).digest('base64url');

function equal(left: string, right: string): boolean {
  const a = Buffer.from(left);
  const b = Buffer.from(right);
  return a.length === b.length && timingSafeEqual(a, b);
}

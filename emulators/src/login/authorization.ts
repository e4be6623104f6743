import { createHash } from 'node:crypto';
import { z } from 'zod';

/** Bounds what a code keeps in memory; the state is only passed on, and the request's line bounds it. */
const parameter = z.string().min(1).max(1_000);

const schema = z
  .object({
    response_type: z.literal('code'),
    state: z.string().min(1).optional(),
    nonce: parameter.optional(),
    scope: z.string().max(1_000).default(''),
    code_challenge: z
      .string()
      .regex(/^[\w-]{43}$/)
      .optional(),
    code_challenge_method: z.literal('S256').optional(),
  })
  .refine((query) => (query.code_challenge === undefined) === (query.code_challenge_method === undefined));

/** What an application asks of a person, as it stands in the address of the consent page. */
export interface Authorization {
  /** Which of a provider's authorization endpoints was asked. */
  path: string;
  clientId: string;
  redirectUri: string;
  scopes: string[];
  state?: string;
  nonce?: string;
  challenge?: string;
}

/** What is wrong with a request, so that nobody is led back to where it claims to come from. */
export type Refusal = 'client' | 'redirect' | 'parameters';

export function readAuthorization(path: string, query: URLSearchParams): Authorization | Refusal {
  const { client_id, redirect_uri, ...rest } = Object.fromEntries(query);
  const clientId = parameter.safeParse(client_id).data;
  if (clientId === undefined) return 'client';
  const redirectUri = parameter.safeParse(redirect_uri).data;
  if (redirectUri === undefined || !isOnThisMachine(redirectUri)) return 'redirect';
  const parsed = schema.safeParse(rest);
  if (!parsed.success) return 'parameters';
  const { scope, state, nonce, code_challenge } = parsed.data;
  return {
    path,
    clientId,
    redirectUri,
    scopes: scope.split(/[\s,]+/).filter((item) => item !== ''),
    ...(state !== undefined && { state }),
    ...(nonce !== undefined && { nonce }),
    ...(code_challenge !== undefined && { challenge: code_challenge }),
  };
}

/** Nothing is registered here; instead, codes are given to applications on this machine only. */
function isOnThisMachine(redirectUri: string): boolean {
  const url = URL.parse(redirectUri);
  if (!url || url.hash !== '' || redirectUri.includes('#')) return false;
  return (
    (url.protocol === 'http:' || url.protocol === 'https:') &&
    (url.hostname === 'localhost' || url.hostname === '127.0.0.1')
  );
}

/** The redirect URI with parameters after its own; those that are undefined are left out. */
export function leadBack(
  { redirectUri, state }: Authorization,
  parameters: Record<string, string | undefined>,
): string {
  // Normalized, since a Location with a line break would be none; its own query stays as it is.
  const address = new URL(redirectUri).href;
  const added = Object.entries({ ...parameters, state }).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  return `${address}${address.includes('?') ? '&' : '?'}${added.join('&')}`;
}

/** Whether a verifier is the one whose S256 challenge was sent, if one was (RFC 7636 §4.6). */
export function isVerified({ challenge }: Authorization, verifier: string | null): boolean {
  if (challenge === undefined) return true;
  if (verifier === null || !/^[\w.~-]{43,128}$/.test(verifier)) return false;
  return createHash('sha256').update(verifier).digest('base64url') === challenge;
}

import { serviceUnavailable } from '@stampede/shared/errors';
import { randomBytes } from 'node:crypto';
import { randomNonce, randomPKCECodeVerifier } from 'openid-client';
import type { SocialProvider } from '../profile/user.type.js';
import { checkRedirectUri } from './allowed-redirect.js';
import { begin } from './begun-sign-in.js';
import { whyOf } from './providers/why-of.js';
import { requireProvider } from './require-provider.js';
import type { SocialParts } from './social-parts.js';

export interface StartRequest {
  provider: SocialProvider;
  redirectUri: URL;
  /** Who is signed in. */
  accountId: string | null;
  requestId: string;
}

/** Begins a sign-in, or for who is signed in a linking. @throws BAD_USER_INPUT, SERVICE_UNAVAILABLE */
export async function startSocialSignIn(
  parts: SocialParts,
  { provider, redirectUri, accountId, requestId }: StartRequest,
): Promise<{ url: URL; state: string }> {
  const { database, sealer, providers, socialRedirectUris, publicUrl, log } = parts;
  const login = requireProvider(providers, provider, 'provider');
  const own = `${publicUrl.replace(/\/$/, '')}/social`;
  const attempt = {
    redirectUri: checkRedirectUri(redirectUri, socialRedirectUris, own),
    state: randomBytes(32).toString('base64url'),
    nonce: randomNonce(),
    codeVerifier: randomPKCECodeVerifier(),
  };
  let url: URL;
  try {
    url = await login.authorizeUrl(attempt);
  } catch (error) {
    log.warn({ requestId, provider, reason: whyOf(error) }, 'a login provider is out of reach');
    throw serviceUnavailable();
  }
  await begin(database, sealer, { ...attempt, provider, accountId });
  return { url, state: attempt.state };
}

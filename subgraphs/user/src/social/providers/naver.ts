import { ClientSecretBasic, ClientSecretPost, None, type ServerMetadata } from 'openid-client';
import { z } from 'zod';
import { askProfile } from './ask-profile.js';
import type { LoginProvider, ProviderOptions } from './login-provider.js';
import { openOidc } from './oidc.js';
import { toldEmail, toldName } from './told.js';

/** `GET /v1/nid/me`: only the id is certain. */
const profileOfNaver = z.object({
  resultcode: z.literal('00'),
  response: z.object({ id: z.string().min(1), name: toldName, nickname: toldName, email: toldEmail }),
});

/** Naver login, on its OpenID Connect paths. */
export function openNaver({ apiUrl, clientSecret, timeoutMs, ...options }: ProviderOptions): LoginProvider {
  const oidc = openOidc({
    ...options,
    timeoutMs,
    scope: 'openid',
    clientAuth: (metadata) => (clientSecret === undefined ? None() : bySecret(metadata, clientSecret)),
  });
  return {
    ...oidc,
    async profile({ subject, accessToken }) {
      const { response } = await askProfile(`${apiUrl}/v1/nid/me`, accessToken, profileOfNaver, timeoutMs);
      return {
        subject,
        name: response.name ?? response.nickname ?? null,
        email: response.email ?? null,
        // People write there what they like, and Naver does not say whether it asked.
        emailVerified: false,
      };
    },
  };
}

/** In the form, as Naver's guide has it, unless its discovery knows only the other way. */
function bySecret({ token_endpoint_auth_methods_supported: methods }: ServerMetadata, secret: string) {
  const basicAlone = methods?.includes('client_secret_basic') && !methods.includes('client_secret_post');
  return basicAlone ? ClientSecretBasic(secret) : ClientSecretPost(secret);
}

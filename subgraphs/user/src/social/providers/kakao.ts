import { ClientSecretPost, None } from 'openid-client';
import { z } from 'zod';
import { askProfile, coded } from './ask-profile.js';
import type { LoginProvider, ProviderOptions } from './login-provider.js';
import { openOidc } from './oidc.js';
import { toldEmail, toldName } from './told.js';

/** `GET /v2/user/me`: whatever the person has not agreed to tell is left out. */
const profileOfKakao = z.object({
  id: z.union([z.int(), z.string()]),
  properties: z.object({ nickname: toldName }).nullish().catch(null),
  kakao_account: z
    .object({
      profile: z.object({ nickname: toldName }).nullish().catch(null),
      email: toldEmail,
      is_email_valid: z.boolean().nullish().catch(null),
      is_email_verified: z.boolean().nullish().catch(null),
    })
    .nullish(),
});

/** Kakao login. Its console has to have OpenID Connect switched on, and the consent items of the scope. */
export function openKakao({ apiUrl, clientSecret, timeoutMs, ...options }: ProviderOptions): LoginProvider {
  const oidc = openOidc({
    ...options,
    timeoutMs,
    scope: 'openid profile_nickname account_email',
    clientAuth: () => (clientSecret === undefined ? None() : ClientSecretPost(clientSecret)),
  });
  return {
    ...oidc,
    async profile({ subject, accessToken }) {
      const told = await askProfile(`${apiUrl}/v2/user/me`, accessToken, profileOfKakao, timeoutMs);
      if (String(told.id) !== subject) throw coded('PROFILE_OF_ANOTHER');
      const account = told.kakao_account;
      return {
        subject,
        name: account?.profile?.nickname ?? told.properties?.nickname ?? null,
        email: account?.email ?? null,
        // Valid: still the person's; verified: mail to it has reached them. One without the other proves nothing.
        emailVerified: account?.is_email_valid === true && account.is_email_verified === true,
      };
    },
  };
}

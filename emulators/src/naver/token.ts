import { json, type Answer } from '../http.js';
import { isVerified } from '../login/authorization.js';
import type { Grant, Grants } from '../login/grants.js';
import { idTokenClaims } from '../login/id-token.js';
import type { SigningKeys } from '../login/signing-keys.js';
import { OLDER } from './authorize.js';
import { tokenError } from './errors.js';
import type { NaverPerson } from './people.js';

export const ACCESS_SECONDS = 3_600;

export interface TokenParts {
  grants: Grants<NaverPerson>;
  keys: SigningKeys;
  issuer: () => string;
  now: () => Date;
}

/** `/oauth2/token`: codes of `/oauth2/authorize` only, bound to redirect_uri and verifier. */
export async function token(parts: TokenParts, form: URLSearchParams): Promise<Answer> {
  if (form.get('grant_type') !== 'authorization_code') {
    return tokenError('unsupported_grant_type', 'grant_type has to be authorization_code');
  }
  const { grants } = parts;
  const grant = grants.takeCode(form.get('code') ?? '', form.get('client_id') ?? '');
  if (!grant || !fits(grant, form)) {
    return tokenError('invalid_grant', 'the code, or what it is bound to, is not valid');
  }
  // Who signed in, and nothing of the profile: what Naver's token has of it is not documented.
  const claims = idTokenClaims(grant, { ...parts, seconds: ACCESS_SECONDS });
  const idToken = grant.authorization.scopes.includes('openid') ? await parts.keys.sign(claims) : undefined;
  return json(200, {
    access_token: grants.accessToken(grant),
    refresh_token: grants.refreshToken(grant),
    ...(idToken !== undefined && { id_token: idToken }),
    token_type: 'bearer',
    // Text, as the older endpoint documents it; nothing says that this one answers a number.
    expires_in: String(ACCESS_SECONDS),
  });
}

function fits({ authorization }: Grant<NaverPerson>, form: URLSearchParams): boolean {
  const state = form.get('state');
  return (
    authorization.path !== OLDER &&
    form.get('redirect_uri') === authorization.redirectUri &&
    (state === null || state === authorization.state) &&
    isVerified(authorization, form.get('code_verifier'))
  );
}

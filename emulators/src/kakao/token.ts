import { json, type Answer } from '../http.js';
import { isVerified } from '../login/authorization.js';
import type { Grant, Grants } from '../login/grants.js';
import { idTokenClaims } from '../login/id-token.js';
import type { SigningKeys } from '../login/signing-keys.js';
import { tokenError } from './errors.js';
import type { KakaoPerson } from './people.js';
import { DEFAULT_IMAGE, sharesEmail } from './profile.js';

export const ACCESS_SECONDS = 21_599;
export const REFRESH_SECONDS = 5_183_999;
/** A refresh gives a new refresh token only when the old one has less than a month left. */
const RENEWED_BELOW_MS = 30 * 24 * 60 * 60_000;

export interface TokenParts {
  grants: Grants<KakaoPerson>;
  keys: SigningKeys;
  issuer: () => string;
  now: () => Date;
}

/** Who calls, by the form's client_id and client_secret; what is wrong with that, or undefined. */
export function refuseClient(form: URLSearchParams, clientSecret: string): Answer | undefined {
  if ((form.get('client_id') ?? '') === '') return tokenError('KOE101');
  return form.get('client_secret') === clientSecret ? undefined : tokenError('KOE010');
}

export function token(parts: TokenParts, form: URLSearchParams): Answer | Promise<Answer> {
  const grantType = form.get('grant_type');
  if (grantType === 'authorization_code') return exchange(parts, form);
  if (grantType === 'refresh_token') return refresh(parts, form);
  return tokenError('unsupported');
}

/** A code is gone after the first call that names it, also when the rest of the call is wrong. */
function exchange(parts: TokenParts, form: URLSearchParams): Answer | Promise<Answer> {
  const { grants } = parts;
  const code = form.get('code') ?? '';
  const grant = grants.takeCode(code, form.get('client_id') ?? '');
  if (!grant) return tokenError('KOE320', `authorization code not found for code=${code}`);
  if (form.get('redirect_uri') !== grant.authorization.redirectUri) return tokenError('KOE303');
  if (!isVerified(grant.authorization, form.get('code_verifier')))
    return tokenError('KOE320', 'code_verifier does not match');
  return issue(parts, grant, {
    refresh_token: grants.refreshToken(grant),
    refresh_token_expires_in: REFRESH_SECONDS,
    scope: sharedScopes(grant).join(' '),
  });
}

function refresh(parts: TokenParts, form: URLSearchParams): Answer | Promise<Answer> {
  const { grants } = parts;
  const old = form.get('refresh_token') ?? '';
  if (old === '') return tokenError('KOE319');
  const grant = grants.byRefreshToken(old, form.get('client_id') ?? '');
  if (!grant) return tokenError('KOE322');
  if (grants.refreshLeftMs(old) >= RENEWED_BELOW_MS) return issue(parts, grant, {});
  return issue(parts, grant, {
    refresh_token: grants.refreshToken(grant),
    refresh_token_expires_in: REFRESH_SECONDS,
  });
}

async function issue(
  { grants, keys, issuer, now }: TokenParts,
  grant: Grant<KakaoPerson>,
  more: Record<string, unknown>,
): Promise<Answer> {
  const { authorization, person } = grant;
  const { scopes } = authorization;
  const idToken = await (scopes.includes('openid')
    ? keys.sign({
        ...idTokenClaims(grant, { issuer, now, seconds: ACCESS_SECONDS }),
        ...(scopes.includes('profile_nickname') && { nickname: person.nickname }),
        ...(scopes.includes('profile_image') && { picture: DEFAULT_IMAGE }),
        // Kakao leaves out of the token what it would mark as unverified in the profile.
        ...(sharesEmail(grant) && person.emailState === 'verified' && { email: person.email }),
      })
    : undefined);
  return json(200, {
    token_type: 'bearer',
    access_token: grants.accessToken(grant),
    ...(idToken !== undefined && { id_token: idToken }),
    expires_in: ACCESS_SECONDS,
    ...more,
  });
}

/** What was agreed to: what was asked for, without the e-mail if the person keeps it. */
function sharedScopes(grant: Grant<KakaoPerson>): string[] {
  return grant.authorization.scopes.filter((scope) => scope !== 'account_email' || sharesEmail(grant));
}

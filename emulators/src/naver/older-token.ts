import { json, type Answer } from '../http.js';
import type { Grants } from '../login/grants.js';
import { OLDER } from './authorize.js';
import { olderTokenError, WRONG_CODE } from './errors.js';
import type { NaverPerson } from './people.js';
import { ACCESS_SECONDS } from './token.js';

const LIFE = { token_type: 'bearer', expires_in: String(ACCESS_SECONDS) };

/** `/oauth2.0/token`, which answers HTTP 200 whether it refuses or not; it also refreshes what `/oauth2/token` issued. */
export function olderToken(grants: Grants<NaverPerson>, form: URLSearchParams): Answer {
  const grantType = form.get('grant_type');
  if (grantType === 'authorization_code') return exchange(grants, form);
  if (grantType === 'refresh_token') return refresh(grants, form);
  return olderTokenError('grant_type is missing or not supported');
}

function exchange(grants: Grants<NaverPerson>, form: URLSearchParams): Answer {
  const state = form.get('state') ?? '';
  if (state === '') return olderTokenError('state is missing');
  const grant = grants.takeCode(form.get('code') ?? '', form.get('client_id') ?? '');
  if (grant?.authorization.path !== OLDER || grant.authorization.state !== state) {
    return olderTokenError(WRONG_CODE);
  }
  return json(200, {
    access_token: grants.accessToken(grant),
    refresh_token: grants.refreshToken(grant),
    ...LIFE,
  });
}

/** No new refresh token: the old one goes on. */
function refresh(grants: Grants<NaverPerson>, form: URLSearchParams): Answer {
  const token = form.get('refresh_token') ?? '';
  const grant = grants.byRefreshToken(token, form.get('client_id') ?? '');
  if (!grant) return olderTokenError('invalid refresh_token');
  return json(200, { access_token: grants.accessToken(grant), ...LIFE });
}

import { json, type Answer } from '../http.js';
import { refusalPage } from '../login/consent.js';

/** What the token endpoint refuses, by Kakao's codes. */
const TOKEN_ERRORS = {
  KOE010: [401, 'invalid_client', 'Bad client credentials'],
  KOE101: [401, 'invalid_client', 'Not exist client_id []'],
  KOE303: [400, 'invalid_grant', 'Redirect URI mismatch.'],
  KOE319: [400, 'invalid_grant', 'refresh_token is missing'],
  KOE320: [400, 'invalid_grant', 'authorization code not found'],
  KOE322: [400, 'invalid_grant', 'expired_or_invalid_refresh_token'],
  unsupported: [400, 'unsupported_grant_type', 'grant_type is not supported'],
} as const satisfies Record<string, readonly [status: number, error: string, description: string]>;

export function tokenError(code: keyof typeof TOKEN_ERRORS, description?: string): Answer {
  const [status, error, usual] = TOKEN_ERRORS[code];
  const error_description = description ?? usual;
  return json(status, { error, error_description, ...(code !== 'unsupported' && { error_code: code }) });
}

/** What the consent page refuses, shown to the person instead of leading back. */
const PAGE_ERRORS = {
  KOE001: 'The request has parameters that are wrong.',
  KOE006: 'This redirect URI is not registered.',
  KOE101: 'There is no such app key.',
  KOE205: 'The application asks for what it is not set up for.',
} as const;

export function pageError(code: keyof typeof PAGE_ERRORS): Answer {
  return refusalPage('Kakao', code, PAGE_ERRORS[code]);
}

/** kapi's refusal of an access token. The challenge is unquoted there too, which RFC 9110 allows. */
export function unauthorized(msg = 'this access token does not exist'): Answer {
  return json(401, { msg, code: -401 }, { 'www-authenticate': 'Bearer error=invalid_token' });
}

export function internalError(): Answer {
  return json(500, { msg: 'internal server error', code: -1 });
}

export function authorizationServerDown(): Answer {
  return json(500, {
    error: 'server_error',
    error_description: 'internal server error',
    error_code: 'KOE003',
  });
}

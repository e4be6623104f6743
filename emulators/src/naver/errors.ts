import { json, type Answer } from '../http.js';
import { refusalPage } from '../login/consent.js';

type TokenError = 'invalid_client' | 'invalid_grant' | 'invalid_request' | 'unsupported_grant_type';

/** A refusal of `/oauth2/token`, with the HTTP status that OAuth gives it. */
export function tokenError(error: TokenError, error_description: string): Answer {
  return json(error === 'invalid_client' ? 401 : 400, { error, error_description });
}

/** A refusal of the older `/oauth2.0/token`: HTTP 200, and nearly always the same error. */
export function olderTokenError(error_description: string): Answer {
  return json(200, { error: 'invalid_request', error_description });
}

export const WRONG_CLIENT = 'wrong client id / client secret pair';
export const WRONG_CODE = 'no valid data in session';

const PAGE_ERRORS = {
  client: 'The client id is missing.',
  redirect: 'The callback URL is not the registered one.',
  parameters: 'The request has parameters that are missing or wrong.',
} as const;

export function pageError(refusal: keyof typeof PAGE_ERRORS): Answer {
  return refusalPage('Naver', `${refusal}_error`, PAGE_ERRORS[refusal]);
}

/** openapi.naver.com's refusals of an access token. */
export function unauthorized(resultcode: '024' | '028'): Answer {
  const message =
    resultcode === '024'
      ? 'Authentication failed (인증 실패하였습니다.)'
      : 'Authentication header not exists (OAuth 인증 헤더(authorization header)가 없습니다.)';
  return json(401, { resultcode, message });
}

export function profileDown(): Answer {
  return json(500, { resultcode: '500', message: 'Internal Server Error' });
}

export function authorizationServerDown(): Answer {
  return json(500, { error: 'server_error', error_description: 'internal server error' });
}

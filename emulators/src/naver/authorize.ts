import { redirect, type Answer, type Request } from '../http.js';
import { leadBack, readAuthorization, type Authorization } from '../login/authorization.js';
import { consentPage, readConsent } from '../login/consent.js';
import type { Grants } from '../login/grants.js';
import { pageError } from './errors.js';
import { FORM, personOf, type NaverPerson } from './people.js';

export const OLDER = '/naver/oauth2.0/authorize';
const SCOPES = ['openid', 'profile'];

/** The consent page of both endpoints. What is shared is up to the person: Naver has no scope for it. */
export function authorize(grants: Grants<NaverPerson>, request: Request): Answer {
  const read = readAuthorization(request.path, request.query);
  if (typeof read === 'string') return pageError(read);
  if (read.state === undefined) return pageError('parameters');
  const authorization = request.path === OLDER ? withoutOpenId(read) : read;
  if (!authorization.scopes.every((scope) => SCOPES.includes(scope))) {
    return redirect(leadBack(authorization, { error: 'invalid_scope', error_description: 'unknown scope' }));
  }
  if (request.method === 'GET') return consentPage(FORM, request, authorization);

  const consent = readConsent(FORM, request.body);
  if ('problem' in consent) return consentPage(FORM, request, authorization, consent.problem);
  if (!consent.agrees) {
    const denial = { error: 'access_denied', error_description: 'Canceled By User' };
    return redirect(leadBack(authorization, denial));
  }
  return redirect(leadBack(authorization, { code: grants.agreed(authorization, personOf(consent)) }));
}

/** The older endpoint knows neither scopes nor PKCE, whatever it is sent. */
function withoutOpenId({ path, clientId, redirectUri, state }: Authorization): Authorization {
  return { path, clientId, redirectUri, scopes: [], ...(state !== undefined && { state }) };
}

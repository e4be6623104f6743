import { redirect, type Answer, type Request } from '../http.js';
import { leadBack, readAuthorization, type Refusal } from '../login/authorization.js';
import { consentPage, readConsent } from '../login/consent.js';
import type { Grants } from '../login/grants.js';
import { pageError } from './errors.js';
import { FORM, personOf, type KakaoPerson } from './people.js';

/** What every application here is set up for. Kakao has names of its own for what OpenID Connect calls email and profile. */
export const SCOPES = ['openid', 'account_email', 'profile_nickname', 'profile_image'];
const CODES = { client: 'KOE101', redirect: 'KOE006', parameters: 'KOE001' } as const satisfies Record<
  Refusal,
  string
>;

/** The consent page. GET shows it; POST of its form leads back with a code, or with access_denied. */
export function authorize(grants: Grants<KakaoPerson>, request: Request): Answer {
  const authorization = readAuthorization(request.path, request.query);
  if (typeof authorization === 'string') return pageError(CODES[authorization]);
  if (!authorization.scopes.every((scope) => SCOPES.includes(scope))) return pageError('KOE205');
  if (request.method === 'GET') return consentPage(FORM, request, authorization);

  const consent = readConsent(FORM, request.body);
  if ('problem' in consent) return consentPage(FORM, request, authorization, consent.problem);
  if (!consent.agrees) {
    const denial = { error: 'access_denied', error_description: 'User denied access' };
    return redirect(leadBack(authorization, denial));
  }
  // Without a scope, Kakao asks for all that the application is set up for, OpenID Connect included.
  const scopes = authorization.scopes.length === 0 ? SCOPES : authorization.scopes;
  const code = grants.agreed({ ...authorization, scopes }, personOf(consent));
  return redirect(leadBack(authorization, { code }));
}

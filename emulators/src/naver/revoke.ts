import { json, text, type Answer } from '../http.js';
import type { Grants } from '../login/grants.js';
import type { NaverPerson } from './people.js';

/** `/oauth2.0/revoke`: both tokens end, whichever was named; an empty 200 also when they were gone already. */
export function revoke(
  grants: Grants<NaverPerson>,
  form: URLSearchParams,
  isClient: (form: URLSearchParams) => boolean,
): Answer {
  const token = form.get('token') ?? '';
  if (token === '') return json(400, { error: 'invalid_request', error_description: 'token is missing' });
  if (!isClient(form)) {
    return json(401, { error: 'unauthorized_client', error_description: 'the client is not known' });
  }
  grants.revoke(token, form.get('client_id') ?? '');
  return text(200, '');
}

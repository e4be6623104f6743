import { json, type Answer, type Request } from '../http.js';
import type { LoginEmulator, LoginParts } from '../login/emulator.js';
import { bearerOf, openGrants } from '../login/grants.js';
import { meetFault } from '../login/meet-fault.js';
import { openSigningKeys } from '../login/signing-keys.js';
import { authorize } from './authorize.js';
import { discovery } from './discovery.js';
import {
  authorizationServerDown,
  olderTokenError,
  profileDown,
  tokenError,
  unauthorized,
  WRONG_CLIENT,
  WRONG_CODE,
} from './errors.js';
import { olderToken } from './older-token.js';
import type { NaverPerson } from './people.js';
import { revoke } from './revoke.js';
import { ACCESS_SECONDS, token } from './token.js';

/** Not documented; a year by report. */
const REFRESH_MS = 365 * 24 * 60 * 60_000;

/** Naver Login under /naver: what is nid.naver.com there, and openapi.naver.com under /naver/api. */
export function openNaver({ faults, now, origin, clientSecret }: LoginParts): LoginEmulator {
  const issuer = () => `${origin()}/naver`;
  const keys = openSigningKeys('naver');
  const grants = openGrants<NaverPerson>(now, { accessMs: ACCESS_SECONDS * 1_000, refreshMs: REFRESH_MS });

  function isClient(form: URLSearchParams): boolean {
    return (form.get('client_id') ?? '') !== '' && form.get('client_secret') === clientSecret;
  }

  function published(
    operation: 'discovery' | 'keys',
    perform: () => Answer | Promise<Answer>,
  ): Promise<Answer> {
    return meetFault(faults.take('naver', operation), {
      perform,
      broken: authorizationServerDown,
      declined: authorizationServerDown,
    });
  }

  function tokens({ body }: Request): Answer | Promise<Answer> {
    const form = new URLSearchParams(body);
    // As with payments, a stray call must not use up the fault that a test has armed.
    if (!isClient(form)) return tokenError('invalid_client', WRONG_CLIENT);
    return meetFault(faults.take('naver', 'token'), {
      perform: () => token({ grants, keys, issuer, now }, form),
      broken: authorizationServerDown,
      declined: () => tokenError('invalid_grant', 'declined'),
    });
  }

  /** Takes its parameters from the address too. */
  function olderTokens({ body, query }: Request): Answer | Promise<Answer> {
    const form = new URLSearchParams([...query, ...new URLSearchParams(body)]);
    if (!isClient(form)) return olderTokenError(WRONG_CLIENT);
    return meetFault(faults.take('naver', 'token'), {
      perform: () => olderToken(grants, form),
      broken: authorizationServerDown,
      declined: () => olderTokenError(WRONG_CODE),
    });
  }

  function profile({ headers }: Request, found: (person: NaverPerson) => Answer): Answer | Promise<Answer> {
    if (headers.authorization === undefined) return unauthorized('028');
    const bearer = bearerOf(headers.authorization);
    return meetFault(faults.take('naver', 'profile'), {
      perform: () => {
        const grant = bearer === undefined ? undefined : grants.byAccessToken(bearer);
        return grant ? found(grant.person) : unauthorized('024');
      },
      broken: profileDown,
      declined: () => unauthorized('024'),
    });
  }

  async function rotate(): Promise<Answer> {
    await keys.rotate();
    return json(200, await keys.published());
  }

  function answer(request: Request): Answer | Promise<Answer> {
    switch (`${request.method} ${request.path}`) {
      case 'GET /naver/.well-known/openid-configuration':
        return published('discovery', () => json(200, discovery(issuer())));
      case 'GET /naver/oauth2/jwks':
        return published('keys', async () => json(200, await keys.published()));
      case 'GET /naver/oauth2/authorize':
      case 'POST /naver/oauth2/authorize':
      case 'GET /naver/oauth2.0/authorize':
      case 'POST /naver/oauth2.0/authorize':
        return authorize(grants, request);
      case 'POST /naver/oauth2/token':
        return tokens(request);
      case 'GET /naver/oauth2.0/token':
      case 'POST /naver/oauth2.0/token':
        return olderTokens(request);
      case 'POST /naver/oauth2.0/revoke':
        return revoke(grants, new URLSearchParams(request.body), isClient);
      case 'GET /naver/api/v1/nid/me':
        return profile(request, (response) => json(200, { resultcode: '00', message: 'success', response }));
      case 'GET /naver/api/v1/nid/verify':
        return profile(request, () => json(200, { resultcode: '00', message: 'success' }));
      case 'POST /naver/keys/rotate':
        return rotate();
      default:
        return json(404, { resultcode: '404', message: 'Not Found' });
    }
  }

  return { answer };
}

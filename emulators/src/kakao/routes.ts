import { json, type Answer, type Request } from '../http.js';
import type { LoginEmulator, LoginParts } from '../login/emulator.js';
import { bearerOf, openGrants } from '../login/grants.js';
import { meetFault } from '../login/meet-fault.js';
import { openSigningKeys } from '../login/signing-keys.js';
import { authorize } from './authorize.js';
import { discovery } from './discovery.js';
import { authorizationServerDown, internalError, tokenError, unauthorized } from './errors.js';
import type { KakaoPerson } from './people.js';
import { userInfo, userMe } from './profile.js';
import { ACCESS_SECONDS, REFRESH_SECONDS, refuseClient, token } from './token.js';

/** Kakao Login under /kakao: what is kauth.kakao.com there, and kapi.kakao.com under /kakao/api. */
export function openKakao({ faults, now, origin, clientSecret }: LoginParts): LoginEmulator {
  const issuer = () => `${origin()}/kakao`;
  const keys = openSigningKeys('kakao');
  const grants = openGrants<KakaoPerson>(now, {
    accessMs: ACCESS_SECONDS * 1_000,
    refreshMs: REFRESH_SECONDS * 1_000,
  });
  const connectedAt = now();

  function published(
    operation: 'discovery' | 'keys',
    perform: () => Answer | Promise<Answer>,
  ): Promise<Answer> {
    return meetFault(faults.take('kakao', operation), {
      perform,
      broken: authorizationServerDown,
      declined: authorizationServerDown,
    });
  }

  function tokens({ body }: Request): Answer | Promise<Answer> {
    const form = new URLSearchParams(body);
    // As with payments, a stray call must not use up the fault that a test has armed.
    const refusal = refuseClient(form, clientSecret);
    if (refusal) return refusal;
    return meetFault(faults.take('kakao', 'token'), {
      perform: () => token({ grants, keys, issuer, now }, form),
      broken: authorizationServerDown,
      declined: () => tokenError('KOE320'),
    });
  }

  function profile({ path, headers }: Request): Answer | Promise<Answer> {
    const bearer = bearerOf(headers.authorization);
    if (bearer === undefined) return unauthorized('authentication failed: no access token');
    return meetFault(faults.take('kakao', 'profile'), {
      perform: () => {
        const grant = grants.byAccessToken(bearer);
        if (!grant) return unauthorized();
        return path.endsWith('/v2/user/me') ? userMe(grant, connectedAt) : userInfo(grant);
      },
      broken: internalError,
      declined: unauthorized,
    });
  }

  async function rotate(): Promise<Answer> {
    await keys.rotate();
    return json(200, await keys.published());
  }

  function answer(request: Request): Answer | Promise<Answer> {
    switch (`${request.method} ${request.path}`) {
      case 'GET /kakao/.well-known/openid-configuration':
        return published('discovery', () => json(200, discovery(issuer())));
      case 'GET /kakao/.well-known/jwks.json':
        return published('keys', async () => json(200, await keys.published()));
      case 'GET /kakao/oauth/authorize':
      case 'POST /kakao/oauth/authorize':
        return authorize(grants, request);
      case 'POST /kakao/oauth/token':
        return tokens(request);
      case 'GET /kakao/api/v1/oidc/userinfo':
      case 'GET /kakao/api/v2/user/me':
      case 'POST /kakao/api/v2/user/me':
        return profile(request);
      case 'POST /kakao/keys/rotate':
        return rotate();
      default:
        return json(404, { msg: 'not found', code: -404 });
    }
  }

  return { answer };
}

import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose';
import { createHash, randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Data } from './open-user.js';

export const CLIENT_ID = 'client-of-the-tests';
export const CLIENT_SECRET = 'secret-of-the-tests';

export interface FakePerson {
  sub: string;
  /** What the profile API answers. */
  profile: object | string;
}

type Answer = (response: ServerResponse) => void;
type Place = 'discovery' | 'token' | 'profile' | 'keys';

export interface Asked {
  path: string;
  headers: IncomingMessage['headers'];
  form: URLSearchParams;
}

export interface FakeProvider extends AsyncDisposable {
  issuer: string;
  apiUrl: string;
  /** Signs a person in where `url` leads. @returns the code that comes back. */
  approve(url: string, person: FakePerson): string;
  /** Answers in place of the real one, until it is taken back. */
  instead: Partial<Record<Place, Answer>>;
  /** Changes the claims of each id_token. */
  claims: (claims: JWTPayload) => JWTPayload;
  /** Changes what the token endpoint answers. */
  tokens: (body: Data) => Data;
  /** Goes into what discovery says. */
  metadata: object;
  /** Signs with new keys from now on, and publishes no others. */
  rotateKeys(): Promise<void>;
  /** Signs with a key that is not published. */
  forges: boolean;
  /** Sends headers that have nothing to do there. */
  odd: boolean;
  asked: Asked[];
  [Symbol.asyncDispose](): Promise<void>;
}

export const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json;charset=UTF-8', ...headers });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };

/** As Kakao's gateways add them, and then some. */
const ODD_HEADERS = [
  ['www-authenticate', 'Bearer realm="kauth", error="none"'],
  ['www-authenticate', 'nonsense=='],
  ['set-cookie', 'kd_lang=ko; Path=/; Domain=.kakao.test'],
  ['set-cookie', 'again=1'],
  ['dpop-nonce', 'unasked'],
  ['p3p', 'ALL DSP COR MON LAW OUR LEG DEL'],
] as const;

/** Keeps the connection, and says nothing. */
export const silence: Answer = () => undefined;

const newKeys = async () => {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const kid = randomUUID();
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' } };
};

interface Code {
  person: FakePerson;
  asked: URLSearchParams;
}

/** A provider that speaks OpenID Connect and both profile APIs, and that can be made to misbehave. */
export async function openFakeProvider(): Promise<FakeProvider> {
  let keys = await newKeys();
  const forged = await newKeys();
  const codes = new Map<string, Code>();
  const accessTokens = new Map<string, FakePerson>();
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/login`;

  const provider: FakeProvider = {
    issuer,
    apiUrl: new URL('/api', issuer).href,
    instead: {},
    claims: (claims) => claims,
    tokens: (body) => body,
    metadata: {},
    forges: false,
    odd: false,
    asked: [],
    approve(url, person) {
      const code = randomUUID();
      codes.set(code, { person, asked: new URL(url).searchParams });
      return code;
    },
    async rotateKeys() {
      keys = await newKeys();
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const form = new URLSearchParams(Buffer.concat(chunks).toString());
    const path = request.url ?? '';
    provider.asked.push({ path, headers: request.headers, form });
    if (provider.odd) for (const [name, value] of ODD_HEADERS) response.appendHeader(name, value);
    const [place, say] = await respondTo(path, request, form);
    (provider.instead[place] ?? say)(response);
  }

  async function respondTo(
    path: string,
    request: IncomingMessage,
    form: URLSearchParams,
  ): Promise<[Place, Answer]> {
    if (path.endsWith('/openid-configuration')) return ['discovery', json(200, discovery())];
    if (path === '/login/keys') return ['keys', json(200, { keys: [keys.jwk] })];
    // What a request asks of a token endpoint that was replaced uses nothing up.
    if (path === '/login/token') return ['token', provider.instead.token ?? (await exchange(form))];
    const person = accessTokens.get((request.headers.authorization ?? '').replace('Bearer ', ''));
    return ['profile', person ? json(200, person.profile) : json(401, { code: -401, msg: 'no such token' })];
  }

  const discovery = () => ({
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/keys`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    token_endpoint_auth_methods_supported: ['client_secret_post'],
    code_challenge_methods_supported: ['S256'],
    ...provider.metadata,
  });

  async function exchange(form: URLSearchParams): Promise<Answer> {
    const code = codes.get(form.get('code') ?? '');
    codes.delete(form.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    const isFit =
      code?.asked.get('redirect_uri') === form.get('redirect_uri') &&
      code?.asked.get('code_challenge') === challenge &&
      code.asked.get('code_challenge_method') === 'S256';
    if (!isFit)
      return json(400, { error: 'invalid_grant', error_code: 'KOE320', error_description: 'a secret' });
    const accessToken = randomUUID();
    accessTokens.set(accessToken, code.person);
    const claims = { sub: code.person.sub, nonce: code.asked.get('nonce') };
    const { kid, privateKey } = provider.forges ? { ...forged, kid: keys.kid } : keys;
    const now = Math.floor(Date.now() / 1_000);
    const idToken = await new SignJWT(
      provider.claims({ iss: issuer, aud: CLIENT_ID, iat: now, exp: now + 3_600, ...claims }),
    )
      .setProtectedHeader({ alg: 'RS256', kid })
      .sign(privateKey);
    return json(
      200,
      provider.tokens({
        token_type: 'bearer',
        access_token: accessToken,
        refresh_token: randomUUID(),
        expires_in: 21_599,
        refresh_token_expires_in: 5_183_999,
        scope: 'openid',
        id_token: idToken,
      }),
    );
  }

  return provider;
}

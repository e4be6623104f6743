import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  Configuration,
  discovery,
  enableNonRepudiationChecks,
  None,
  type ClientAuth,
  type ServerMetadata,
} from 'openid-client';
import { coded } from './ask-profile.js';
import { remember } from './discovery.js';
import { openKeyCache } from './key-cache.js';
import type { Attempt, Exchanged } from './login-provider.js';

export interface OidcOptions {
  issuer: string;
  clientId: string;
  /** How the client shows that it is the one that is registered. */
  clientAuth(metadata: ServerMetadata): ClientAuth;
  scope: string;
  /** Plain http, as emulators speak it. */
  allowHttp: boolean;
  /** Of each request. */
  timeoutMs: number;
}

/** The part of a sign-in that OpenID Connect settles: authorization code with state, nonce and PKCE (S256). */
export function openOidc({ issuer, clientId, clientAuth, scope, allowHttp, timeoutMs }: OidcOptions) {
  const timeout = timeoutMs / 1_000;
  const extensions = allowHttp ? [allowInsecureRequests] : [];
  const keys = openKeyCache();
  const metadata = remember(async (): Promise<ServerMetadata> => {
    const found = await discovery(new URL(issuer), clientId, undefined, None(), {
      timeout,
      execute: extensions,
    });
    // RFC 9207's `iss` does not come to us: clients pass on code and state. The state belongs to one provider instead.
    const published: ServerMetadata = found.serverMetadata();
    return { ...published, authorization_response_iss_parameter_supported: undefined };
  });

  async function configure(): Promise<Configuration> {
    const server = await metadata();
    const configuration = new Configuration(server, clientId, undefined, clientAuth(server));
    configuration.timeout = timeout;
    for (const extend of extensions) extend(configuration);
    // Without it the library trusts TLS alone, as OpenID Connect allows, and looks at no signature.
    enableNonRepudiationChecks(configuration);
    return configuration;
  }

  return {
    async authorizeUrl({ redirectUri, state, nonce, codeVerifier }: Attempt): Promise<URL> {
      return buildAuthorizationUrl(await configure(), {
        redirect_uri: redirectUri,
        scope,
        state,
        nonce,
        code_challenge: await calculatePKCECodeChallenge(codeVerifier),
        code_challenge_method: 'S256',
      });
    },

    async exchange({ redirectUri, state, nonce, codeVerifier }: Attempt, code: string): Promise<Exchanged> {
      const configuration = await configure();
      keys.lendTo(configuration);
      const callback = new URL(redirectUri);
      callback.search = new URLSearchParams({ code, state }).toString();
      const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: codeVerifier };
      try {
        // Naver's older endpoint wants the state here too; others do not mind.
        const tokens = await authorizationCodeGrant(configuration, callback, checks, { state });
        keys.learnFrom(configuration);
        const subject = tokens.claims()?.sub;
        // All without one would be one person.
        if (!subject) throw coded('NO_SUBJECT');
        return { subject, accessToken: tokens.access_token };
      } catch (error) {
        // A key may have been replaced under its old name.
        keys.forget();
        throw error;
      }
    },
  };
}

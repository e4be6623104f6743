import type { Log, Metrics } from '@stampede/shared/telemetry';
import { readSupergraph } from './composition/supergraph.js';
import type { Env } from './env.js';
import { openAccessTokens } from './identity/access-token.js';
import { openAdmit } from './identity/admit.js';
import { NO_ENDED_SESSIONS, openEndedSessions } from './identity/ended/ended-sessions.js';
import { openIdentify, refuseEveryToken } from './identity/identify.js';
import { openTokenKeys } from './identity/token-keys.js';
import { watchReadiness } from './readiness.js';
import { serveGateway } from './serve.js';
import { openUpstreams } from './upstream/upstreams.js';
import { openTellPayment } from './webhooks/tell-payment.js';

type Own = <T extends { close(): Promise<void> }>(part: T) => T;

export interface GatewayOptions {
  env: Env;
  log: Log;
  metrics: Metrics;
}

/**
 * Opens the gateway on `env.HOST:env.PORT`; it listens when this resolves, and is ready when the token keys are
 * loaded, ended sessions are heard of and every subgraph of the house is ready. Each part is handed to `own` as soon as it stands, to be closed in
 * the reverse order.
 */
export async function openGateway(
  { env, log, metrics }: GatewayOptions,
  own: Own,
): Promise<{ port: number }> {
  const supergraph = readSupergraph(env.supergraphFile);
  const upstreams = own(openUpstreams(supergraph.members, env, metrics));
  const { IDENTITY_SECRET: identitySecret } = env;
  const [userUrl] = env.USER_URLS ?? [];
  const [paymentUrl] = env.PAYMENT_URLS ?? [];
  const keys = userUrl === undefined ? undefined : own(openTokenKeys({ url: jwksOf(userUrl), log }));
  const sessions =
    userUrl === undefined
      ? NO_ENDED_SESSIONS
      : own(openEndedSessions({ userUrl, identitySecret, log, metrics }));
  const verify = keys ? openAccessTokens(keys) : refuseEveryToken;
  const subgraphs = own(watchReadiness(houseMembers(supergraph.members, env), log));
  const readiness = async () => [
    ...(keys && !keys.loaded() ? ['the keys of access tokens are not loaded'] : []),
    ...[sessions.problem()].filter((problem) => problem !== undefined),
    ...(await subgraphs.reasons()),
  ];
  const identify = openIdentify(verify, sessions, log);
  const admit = openAdmit(sessions);
  const tellPayment = paymentUrl === undefined ? undefined : own(openTellPayment(paymentUrl, env, log));
  return own(
    await serveGateway({
      env,
      supergraph,
      upstreams,
      identify,
      admit,
      readiness,
      tellPayment: tellPayment?.ofToss,
      log,
      metrics,
    }),
  );
}

const jwksOf = (userUrl: string) => new URL('/.well-known/jwks.json', userUrl).href;

/** Only they are known to have a `/readyz`: those that the environment gives an address. */
const houseMembers = (members: { name: string }[], { addresses }: Env): Record<string, string> =>
  Object.fromEntries(
    members.flatMap(({ name }) => (addresses[name]?.[0] ? [[name, addresses[name][0]]] : [])),
  );

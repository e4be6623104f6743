import type { Log, Metrics } from '@stampede/shared/telemetry';
import { readSupergraph } from './composition/supergraph.js';
import type { Env } from './env.js';
import { openAccessTokens } from './identity/access-token.js';
import { openAdmit } from './identity/admit.js';
import { NO_ENDED_SESSIONS, openEndedSessions } from './identity/ended/ended-sessions.js';
import { openIdentify, refuseEveryToken } from './identity/identify.js';
import { openTokenKeys } from './identity/token-keys.js';
import { serveGateway } from './serve.js';
import { openHouse } from './upstream/house.js';
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
): Promise<{ port: number; paths: string[] }> {
  const supergraph = readSupergraph(env.supergraphFile);
  const house = own(openHouse(env, log, metrics));
  const upstreams = own(openUpstreams(supergraph.members, { env, house, log, metrics }));
  const { IDENTITY_SECRET: identitySecret } = env;
  const user = house.replicas('user');
  const payment = house.replicas('payment');
  const keys = user && own(openTokenKeys({ replicas: user, path: JWKS_PATH, log, metrics }));
  const sessions = user ? own(openEndedSessions({ user, identitySecret, log, metrics })) : NO_ENDED_SESSIONS;
  const verify = keys ? openAccessTokens(keys) : refuseEveryToken;
  const members = supergraph.members.map(({ name }) => name);
  const readiness = async () => [
    ...(keys && !keys.loaded() ? ['the keys of access tokens are not loaded'] : []),
    ...[sessions.problem()].filter((problem) => problem !== undefined),
    ...house.reasons(members),
  ];
  const identify = openIdentify(verify, sessions, log);
  const admit = openAdmit(sessions);
  const tellPayment = payment && own(openTellPayment({ replicas: payment, log, metrics }, env));
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

const JWKS_PATH = '/.well-known/jwks.json';

import { listen, operatorRoutes } from '@stampede/shared/http';
import { tracer, type Log, type Metrics } from '@stampede/shared/telemetry';
import { NoSchemaIntrospectionCustomRule } from 'graphql';
import { admitExecute } from './admission/admit-execute.js';
import { openGatewayAdmission } from './admission/gateway-admission.js';
import { openPriorityOfRequest } from './admission/priority-of-request.js';
import { openClients } from './client/clients.js';
import { openOrigins } from './client/origins.js';
import { openRefreshCookie } from './client/refresh-cookie.js';
import type { Supergraph } from './composition/supergraph.js';
import { watchSupergraph } from './composition/watch-supergraph.js';
import { securityHeaders } from './edge/security-headers.js';
import type { Env } from './env.js';
import { exploreRoutes } from './explore/routes.js';
import { openCors, SANDBOX_ORIGINS } from './graphql/cors.js';
import { openFederation } from './graphql/federation.js';
import { formatErrorFor } from './graphql/format-error.js';
import { refuseEnded } from './graphql/refuse-ended.js';
import { openRequestMetrics } from './graphql/request-metrics.js';
import { requestSpans } from './graphql/request-spans.js';
import { knownRoot } from './graphql/root-types.js';
import { graphqlRoute } from './graphql/route.js';
import { executeBy, startGraphQLServer } from './graphql/server.js';
import type { Admit } from './identity/admit.js';
import type { Identify } from './identity/identify.js';
import { toClientBy } from './live/client-errors.js';
import { withinLimits } from './limits/document/within-limits.js';
import { openPricedOperations } from './limits/request/priced-operations.js';
import { refuseOverLimits } from './limits/request/refuse-over-limits.js';
import { liveLimits } from './live/limits.js';
import { openLive } from './live/live.js';
import { followGraph } from './live/planning/index.js';
import { servePages } from './pages/serve-pages.js';
import { privateMetrics } from './private-metrics.js';
import { openChargeOfRequest } from './rates/charge-of-request.js';
import { learnDocuments } from './rates/learn-documents.js';
import { openRates } from './rates/rates.js';
import { openSafelist } from './safelist/safelist.js';
import { openSingleFetches } from './single-fetch/answer-single-fetch.js';
import { openKnownOperations } from './single-fetch/known-operations.js';
import type { Upstreams } from './upstream/upstreams.js';
import type { TellPayment } from './webhooks/tell-payment.js';

export interface GatewayParts {
  env: Env;
  supergraph: Supergraph;
  upstreams: Upstreams;
  identify: Identify;
  admit: Admit;
  /** What besides a stop in progress keeps the gateway from serving. */
  readiness: () => Promise<string[]>;
  /** Takes the webhooks of Toss Payments; undefined where there is no payment service of ours. */
  tellPayment: TellPayment['ofToss'] | undefined;
  log: Log;
  metrics: Metrics;
}

/** Within the 20 s that the process has for stopping. */
const GRACE_MS = 15_000;

/** Of each, one new connection is taken per turn of the event loop: enough that nobody waits there unseen under load. */
const DOORS = 4;

/** Loads the supergraph and serves it, with the operators' routes and the pages. */
export async function serveGateway(parts: GatewayParts) {
  const { env, supergraph, upstreams, identify, admit, tellPayment, log, metrics } = parts;
  const priced = openPricedOperations(env);
  const known = openKnownOperations(priced);
  const federation = openFederation({
    supergraphSdl: watchSupergraph(supergraph, { everyMs: env.SUPERGRAPH_POLL_MS, log }),
    buildService: ({ name, url }) => upstreams.source(name, url),
    exposeQueryPlans: !env.production,
    planned: known.learn,
    log,
  });
  const rules = [knownRoot, withinLimits(env)];
  const chargeOf = openChargeOfRequest(env);
  const graphs = followGraph(
    federation,
    [...rules, ...(env.production ? [NoSchemaIntrospectionCustomRule] : [])],
    env,
    chargeOf.learn,
  );
  priced.follow(graphs);
  known.follow(graphs);
  const requests = openRequestMetrics(metrics);
  const server = await startGraphQLServer({
    federation,
    production: env.production,
    rules,
    maxTokens: env.QUERY_TOKENS,
    plugins: [
      requests.plugin,
      refuseEnded(admit, metrics),
      refuseOverLimits(priced),
      learnDocuments(chargeOf),
      ...(tracer() ? [requestSpans] : []),
    ],
    log,
  });

  const sandboxOrigins = env.production ? [] : SANDBOX_ORIGINS;
  const cors = openCors(env.ALLOWED_ORIGINS, sandboxOrigins);
  const origins = openOrigins(env.PUBLIC_URL, env.ALLOWED_ORIGINS, sandboxOrigins);
  const cookie = openRefreshCookie(env.PUBLIC_URL);
  const clients = openClients({ trustedProxies: env.TRUSTED_PROXIES, origins, cookie });
  const { RATES_PER_ACCOUNT: perAccount, RATES_PER_ADDRESS: perAddress } = env;
  const rates = openRates({ perAccount, perAddress, metrics });
  const safelist =
    env.safelist && openSafelist(env.safelist, { everyMs: env.SUPERGRAPH_POLL_MS, log, metrics });
  const admission = openGatewayAdmission(env, metrics);
  const priorityOf = openPriorityOfRequest({ known, chargeOf });
  const execute = admitExecute(executeBy(server), admission, priorityOf);
  const live = openLive({
    graphs,
    execute,
    admission,
    identify,
    subgraphs: upstreams,
    identitySecret: env.IDENTITY_SECRET,
    clients,
    rates,
    chargeOf,
    origins,
    cors,
    safelist,
    limits: liveLimits(env),
    toClient: toClientBy(formatErrorFor(env.production, log)),
    log,
    metrics,
  });

  let stopping = false;
  const readiness = async () => [...(stopping ? ['stopping'] : []), ...(await parts.readiness())];
  const graphql = live.over(
    graphqlRoute({
      server,
      answerSingleFetch: openSingleFetches({ known, sourceOf: upstreams.source, admit, rates }),
      identify,
      clients,
      rates,
      chargeOf,
      admission,
      priorityOf,
      bodyLimit: env.BODY_LIMIT_BYTES,
      cors,
      safelist,
      metrics: requests,
    }),
  );
  const pages = servePages({
    env,
    members: supergraph.members.map(({ name }) => name),
    source: upstreams.source,
    execute,
    identify,
    clients,
    origins,
    rates,
    tellPayment,
    log,
    metrics,
  });
  const operators = operatorRoutes(readiness, metrics);
  const listener = await listen({
    host: env.HOST,
    port: env.PORT,
    log,
    metrics,
    headers: securityHeaders(env.PUBLIC_URL),
    routes: {
      ...pages.routes,
      ...(env.production ? { '/graphql': graphql } : exploreRoutes(graphql)),
      ...operators,
      '/metrics': privateMetrics(operators['/metrics'], env.METRICS_TOKEN),
    },
    fallback: pages.fallback,
    upgrades: { '/graphql': live.upgrade },
    timeouts: {
      headersMs: env.HTTP_HEADERS_MS,
      requestMs: env.HTTP_REQUEST_MS,
      keepAliveMs: env.HTTP_KEEP_ALIVE_MS,
      answerMs: env.HTTP_ANSWER_MS,
    },
    connectionLimit: env.HTTP_CONNECTIONS,
    doors: DOORS,
  });
  return {
    port: listener.port,
    paths: listener.paths,
    /** Refuses readiness, and goes on. */
    drain: () => {
      stopping = true;
      listener.drain();
    },
    /** Refuses connections, and ends when what is in flight has been answered. */
    close: async () => {
      stopping = true;
      // The listener's end waits for the sockets'.
      await Promise.all([live.close(GRACE_MS), listener.close(GRACE_MS)]);
      admission.close();
      await safelist?.close();
      await server.stop();
    },
  };
}

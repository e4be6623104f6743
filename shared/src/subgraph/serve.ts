import type { IncomingMessage, ServerResponse } from 'node:http';
import { Overloaded } from '../admission/index.js';
import { retryAfterMs, serviceUnavailable } from '../errors/index.js';
import type { Subgraph } from '../graphql/index.js';
import { listen, operatorRoutes, readBody, respond, type HttpListener, type Route } from '../http/index.js';
import {
  IDENTITY_HEADER,
  REFRESH_COOKIE_HEADER,
  UNSIGNED,
  verifyIdentity,
  type Identity,
  type Verification,
} from '../identity/index.js';
import { openSubgraphAdmission, priorityOf } from './admission.js';
import { DEADLINE_HEADER, deadlineOf } from '../spread/index.js';
import type { Log, Metrics } from '../telemetry/index.js';
import type { SubgraphContext } from './context.js';
import { openExecutor } from './executor.js';
import { inOperationSpan } from './operation-span.js';
import { openRequestMetrics } from './request-metrics.js';
import { answerSharedReads, isSharedReads, refusalOf, type SharedReads } from './shared-reads.js';
import { openSubscriptions } from './subscriptions.js';

export interface SubgraphServer {
  port: number;
  /** Refuses readiness, and goes on. */
  drain(): void;
  close(): Promise<void>;
}

export interface ServeOptions {
  /** The audience of signatures, and the name in logs. */
  service: string;
  subgraph: Subgraph;
  identitySecret: string;
  host: string;
  port: number;
  readiness: () => Promise<string[]>;
  /** Plain routes besides GraphQL, by path; whoever needs signed requests there checks them. */
  routes?: Record<string, Route>;
  log: Log;
  metrics: Metrics;
}

/** A request that is the gateway's, or a service's. */
interface Asking {
  body: Buffer;
  signed: Extract<Verification, { ok: true }>;
  /** By the clock of `performance.now()`. */
  deadline: number;
}

/** As long as a gateway waits for an answer; what takes longer, as a payment may, is found again by those who settle it. */
const GRACE_MS = 10_000;

/** The gateway's own limit is lower; this one only bounds what another service may send. */
const BODY_LIMIT = 8 * 1024 * 1024;

/**
 * Serves a subgraph over HTTP: GraphQL at POST /graphql for signed requests only, its subscriptions over WebSocket
 * at the same path, and the operators' routes.
 */
export async function serveSubgraph(options: ServeOptions): Promise<SubgraphServer> {
  const { service: name, subgraph, identitySecret, host, port, readiness, routes, log, metrics } = options;
  const requests = openRequestMetrics(metrics);
  const refused = metrics.counter('unsigned_requests_total', 'Requests without a valid signature.', [
    'reason',
  ]);
  for (const reason of UNSIGNED) refused.inc({ reason }, 0);
  const executor = openExecutor<SubgraphContext>(subgraph.schema, log);
  const admission = openSubgraphAdmission(metrics);

  async function graphql(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const deadline = deadlineOf(request.headers[DEADLINE_HEADER]) ?? Infinity;
    const body = await readBody(request, BODY_LIMIT);
    const signed = verifyIdentity(identitySecret, name, headerOf(request), body);
    if (!signed.ok) {
      refused.inc({ reason: signed.reason });
      log.warn({ reason: signed.reason }, 'refused a request that the gateway did not sign');
      respond(response, 401, unsigned);
      return;
    }
    const asker = priorityOf(signed.identity);
    const place = admission.enter(asker) ?? (await admission.wait(asker));
    if (place instanceof Overloaded) return refuse(response, place.retryAfterMs);
    try {
      await answer(request, response, { body, signed, deadline });
    } finally {
      admission.leave(place);
    }
  }

  async function answer(request: IncomingMessage, response: ServerResponse, asking: Asking): Promise<void> {
    const { body, signed, deadline } = asking;
    const { identity, requestId, client } = signed;
    // Nobody waits for it any more: what is not begun cannot be half done.
    if (response.destroyed || performance.now() >= deadline) return refuse(response, retryAfterMs());
    const asked = parse(body);
    const traced = { requestId, asked, prepare: executor.prepare };
    if (isSharedReads(asked))
      return inOperationSpan(request, traced, () => shared(asked, identity, response));
    const begun = performance.now();
    const setRefreshCookie = (token: string | null) => {
      response.setHeader(REFRESH_COOKIE_HEADER, token ?? '');
    };
    const result = await inOperationSpan(request, { ...traced, deadline }, () =>
      executor.execute(asked, { identity, requestId, client, setRefreshCookie }),
    );
    requests.answered(executor.fieldOf(asked), result, performance.now() - begun);
    respond(response, 'data' in result ? 200 : 400, result);
  }

  async function shared(reads: SharedReads, identity: Identity, response: ServerResponse): Promise<void> {
    const refusal = refusalOf(reads, identity, executor);
    if (refusal !== undefined) {
      const extensions = { code: 'BAD_USER_INPUT' };
      respond(response, 400, { errors: [{ message: refusal, extensions }] });
      return;
    }
    const begun = performance.now();
    const results = await answerSharedReads(reads, executor);
    requests.answeredTogether(executor.fieldOf(reads), results, performance.now() - begun);
    respond(response, 200, results);
  }

  const subscriptions = openSubscriptions({
    name,
    schema: subgraph.schema,
    executor,
    identitySecret,
    messageLimit: BODY_LIMIT,
    log,
    metrics,
  });
  let stopping = false;
  const reasons = async () => [...(stopping ? ['stopping'] : []), ...(await readiness())];
  const listener: HttpListener = await listen({
    host,
    port,
    log,
    metrics,
    routes: { ...routes, '/graphql': graphql, ...operatorRoutes(reasons, metrics) },
    upgrades: { '/graphql': subscriptions.upgrade },
  });
  return {
    port: listener.port,
    drain: () => {
      stopping = true;
      listener.drain();
    },
    close: async () => {
      stopping = true;
      await Promise.all([subscriptions.close(), listener.close(GRACE_MS)]);
      admission.close();
    },
  };
}

const unsigned = {
  errors: [{ message: 'This address serves the gateway only.', extensions: { code: 'UNAUTHENTICATED' } }],
};

/** Says when to come again, by which whoever asked knows that somebody is there. */
function refuse(response: ServerResponse, afterMs: number): void {
  const headers = { 'retry-after': String(Math.ceil(afterMs / 1_000)) };
  respond(response, 503, { errors: [serviceUnavailable(afterMs)] }, headers);
}

function headerOf(request: IncomingMessage): string | undefined {
  const header = request.headers[IDENTITY_HEADER];
  return typeof header === 'string' ? header : undefined;
}

/** What is not JSON is no request either; the executor says so. */
function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch (error) {
    return (error as Error).message;
  }
}

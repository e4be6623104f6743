import type { GraphQLDataSource } from '@apollo/gateway';
import type { Route, UpgradeRoute } from '@stampede/shared/http';
import type { Log, Metrics } from '@stampede/shared/telemetry';
import type { GatewayAdmission } from '../admission/gateway-admission.js';
import type { Clients } from '../client/clients.js';
import type { Origins } from '../client/origins.js';
import type { GatewayContext } from '../graphql/context.js';
import type { Cors } from '../graphql/cors.js';
import type { Identify } from '../identity/identify.js';
import type { ChargeOfRequest } from '../rates/charge-of-request.js';
import type { Rate } from '../rates/gcra.js';
import type { Rates } from '../rates/rates.js';
import type { Safelist } from '../safelist/safelist.js';
import type { ToClient } from './client-errors.js';
import { openCrowd, type CrowdLimits } from './crowd.js';
import { openLiveMetrics } from './live-metrics.js';
import { openOperate, type Execute } from './operate.js';
import { openDocuments, type CurrentGraph } from './planning/index.js';
import { openAnswerEvent } from './sharing/answer-event.js';
import { openBroadcasts } from './sharing/broadcasts.js';
import { openTurns } from './sharing/turns.js';
import { openEventStreams } from './sse/route.js';
import { wantsEvents } from './sse/wants-events.js';
import { openSubgraphStreams, type SubgraphStreamsOptions } from './subgraph/subgraph-streams.js';
import { openWebSockets } from './websocket/upgrade.js';

export interface LiveLimits {
  /** In bytes, of one request. */
  bodyLimit: number;
  /** Milliseconds in which a WebSocket has to introduce itself. */
  initMs: number;
  /** Milliseconds from one sign of life to the next. */
  heartbeatMs: number;
  /** Operations of one WebSocket at a time. */
  operationLimit: number;
  /** Of a document. */
  maxTokens: number;
  /** Messages of one WebSocket. */
  messageRate: Rate;
  crowd: CrowdLimits;
  /** Milliseconds in which a subgraph has to be reached for the first time. */
  deadlineMs: number;
}

export interface LiveOptions {
  graphs: CurrentGraph;
  execute: Execute;
  identify: Identify;
  clients: Clients;
  rates: Rates;
  admission: Pick<GatewayAdmission, 'isOverloaded'>;
  chargeOf: ChargeOfRequest;
  /** How to ask a subgraph, and where it is. */
  subgraphs: {
    source(name: string): GraphQLDataSource<GatewayContext>;
    place: SubgraphStreamsOptions['place'];
  };
  identitySecret: string;
  origins: Pick<Origins, 'mayListen'>;
  cors: Cors;
  /** Undefined: every operation is run. */
  safelist: Pick<Safelist, 'admit'> | undefined;
  limits: LiveLimits;
  toClient: ToClient;
  log: Log;
  metrics: Metrics;
}

export interface Live {
  /** Takes WebSockets. */
  upgrade: UpgradeRoute;
  /** Answers who asks for an event stream, and leaves the others to `next`. */
  over(next: Route): Route;
  /** Ends every subscription and, at the latest after `graceMs`, every socket. */
  close(graceMs: number): Promise<void>;
}

/** Opens what goes on: subscriptions, over WebSocket and server-sent events. */
export function openLive(options: LiveOptions): Live {
  const { subgraphs, identify, clients, origins, cors, safelist, limits, toClient, log } = options;
  const metrics = openLiveMetrics(options.metrics);
  const { identitySecret } = options;
  const streams = openSubgraphStreams({ place: subgraphs.place, identitySecret, log });
  const answerEvent = openAnswerEvent({ source: subgraphs.source, toClient, log });
  const broadcasts = openBroadcasts(options.graphs, {
    streams,
    answerEvent,
    toClient,
    turns: openTurns(),
    deadlineMs: limits.deadlineMs,
    metrics,
  });
  const documents = openDocuments(limits.maxTokens);
  const operate = openOperate({ documents, broadcasts, execute: options.execute, toClient });
  const mayCome = origins.mayListen;
  const crowd = openCrowd(limits.crowd, options);
  const { bodyLimit, heartbeatMs } = limits;
  const sockets = openWebSockets({
    identify,
    operate,
    mayCome,
    clients,
    crowd,
    safelist,
    heartbeatMs,
    metrics,
    log,
    initMs: limits.initMs,
    operationLimit: limits.operationLimit,
    messageRate: limits.messageRate,
    messageLimit: bodyLimit,
  });
  const events = openEventStreams({
    documents,
    identify,
    operate,
    mayCome,
    clients,
    crowd,
    cors,
    safelist,
    bodyLimit,
    heartbeatMs,
    metrics,
  });

  return {
    upgrade: sockets.upgrade,
    over: (next) => (request, response, url) => {
      const { method, headers } = request;
      // Preflights and methods that there are not are answered in one place.
      const streams = (method === 'GET' || method === 'POST') && wantsEvents(headers.accept);
      return (streams ? events.route : next)(request, response, url);
    },
    close: async (graceMs) => {
      events.close();
      await sockets.close(graceMs);
      broadcasts.close();
      streams.close();
    },
  };
}

import { badInput, forbidden, serviceUnavailable, unauthenticated } from '@stampede/shared/errors';
import { respond, type Route } from '@stampede/shared/http';
import { GraphQLError } from 'graphql';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clients } from '../../client/clients.js';
import { NotJson } from '../../edge/read-json.js';
import type { Cors } from '../../graphql/cors.js';
import type { Identify } from '../../identity/identify.js';
import { refusalHeaders, refusalStatus } from '../../rates/refusal.js';
import type { Safelist } from '../../safelist/safelist.js';
import { whenEnded, type Credential } from '../credential.js';
import type { Admitted, Crowd } from '../crowd.js';
import type { LiveMetrics } from '../live-metrics.js';
import type { Asker, Operate } from '../operate.js';
import type { Documents, OperationRequest } from '../planning/index.js';
import { openEventStream, type EventStream } from './event-stream.js';
import { readOperation } from './read-request.js';

export interface EventStreamsOptions {
  documents: Pick<Documents, 'isMutation'>;
  identify: Identify;
  operate: Operate;
  mayCome: (request: IncomingMessage) => boolean;
  clients: Pick<Clients, 'ofStream'>;
  crowd: Crowd;
  cors: Cors;
  /** Undefined: every operation is run. */
  safelist?: Pick<Safelist, 'admit'> | undefined;
  bodyLimit: number;
  heartbeatMs: number;
  metrics: LiveMetrics;
}

/** GraphQL over server-sent events: one operation per request, by POST or GET. */
export function openEventStreams(options: EventStreamsOptions) {
  const { documents, identify, operate, mayCome, clients, crowd } = options;
  const { cors, safelist, bodyLimit, heartbeatMs, metrics } = options;
  const transport = metrics.of('sse');
  const endless = new Set<EventStream>();
  let draining = false;

  const onRefused = (reason: string) => metrics.refused.inc({ transport: 'sse', reason });

  function refuse(response: ServerResponse, status: number, error: GraphQLError, headers = {}): void {
    onRefused(String(error.extensions.code));
    respond(response, status, { errors: [error] }, headers);
  }

  /** @returns how to say that it is over, or why it is not begun */
  function admit(operation: OperationRequest, { identity, client }: Asker): Admitted | GraphQLError {
    const visitor = crowd.enter(client.address, identity);
    if (visitor instanceof GraphQLError) return visitor;
    const admitted = visitor.begins(operation);
    if (admitted instanceof GraphQLError) {
      visitor.leaves();
      return admitted;
    }
    return {
      ends: () => {
        admitted.ends();
        visitor.leaves();
      },
    };
  }

  function stream(
    response: ServerResponse,
    operation: OperationRequest,
    who: Asker & Credential & Admitted,
  ): void {
    const events = openEventStream(response, {
      heartbeatMs,
      metrics: transport,
      onRefused,
    });
    transport.connections.inc();
    const { subscribes, stop } = operate(operation, who, events);
    if (subscribes) {
      endless.add(events);
      transport.subscriptions.inc();
    }
    const forgetEnd = whenEnded(who, () => {
      stop();
      events.error(Buffer.from(JSON.stringify([unauthenticated('The access token has ended.')])));
    });
    response.on('close', () => {
      forgetEnd();
      stop();
      who.ends();
      transport.connections.dec();
      if (endless.delete(events)) transport.subscriptions.dec();
    });
  }

  const route: Route = async (request, response, url) => {
    response.setHeader('x-request-id', randomUUID());
    cors(request, response);
    if (!mayCome(request)) return refuse(response, 403, forbidden('Pages of this origin may not ask here.'));
    const who = await identify(request.headers.authorization);
    if (!who.ok) {
      const challenge = who.status === 401 ? { 'www-authenticate': 'Bearer error="invalid_token"' } : {};
      return refuse(response, who.status, who.error, challenge);
    }
    const operation = await readOperation(request, url, { limit: bodyLimit, onRefused, safelist });
    if (operation instanceof NotJson) {
      const error = badInput({ path: 'request', message: operation.message });
      return refuse(response, operation.status, error, operation.headers);
    }
    if (operation instanceof GraphQLError) return refuse(response, 400, operation);
    if (draining) return refuse(response, 503, serviceUnavailable(), { connection: 'close' });
    if (request.method === 'GET' && documents.isMutation(operation)) {
      const error = badInput({ path: 'request', message: 'GET changes nothing: send mutations by POST.' });
      return refuse(response, 405, error, { allow: 'POST' });
    }
    // Whoever left while the token was checked is told of no more: their stream would never end.
    if (request.socket.destroyed) return undefined;
    const client = clients.ofStream(request);
    const admitted = admit(operation, { identity: who.identity, client });
    if (admitted instanceof GraphQLError) {
      return refuse(response, refusalStatus(admitted), admitted, refusalHeaders(admitted));
    }
    stream(response, operation, { ...who, client, ...admitted });
  };

  return {
    route,
    /** Breaks off what would go on for ever; queries and mutations in flight are requests like any other. */
    close: (): void => {
      draining = true;
      for (const events of endless) events.breakOff();
    },
  };
}

import type { ExecutionResult, FormattedExecutionResult, GraphQLError, GraphQLSchema } from 'graphql';
import { CloseCode, handleProtocols, makeServer, type SubscribePayload } from 'graphql-ws';
import { WebSocketServer, type WebSocket } from 'ws';
import { unauthenticated } from '../errors/index.js';
import { refuseUpgrade, type UpgradeRoute } from '../http/index.js';
import {
  CONNECT_BODY,
  IDENTITY_HEADER,
  subscribeBody,
  verifyIdentity,
  type Verification,
} from '../identity/index.js';
import type { Log, Metrics } from '../telemetry/index.js';
import type { SubgraphContext } from './context.js';
import type { Executor } from './executor.js';
import { openHeartbeat } from './heartbeat.js';
import { isRefused, openOperations } from './operations.js';
import { closeAll, overSocket } from './sockets.js';
import { openStreams } from './streams.js';

export interface SubscriptionsOptions {
  /** The audience of signatures. */
  name: string;
  schema: GraphQLSchema;
  /** What checks documents and masks errors over HTTP, too. */
  executor: Pick<Executor<SubgraphContext>, 'prepare' | 'format'>;
  identitySecret: string;
  /** Bytes of one message at most. */
  messageLimit: number;
  log: Log;
  metrics: Metrics;
  /** A peer that answers no ping is cut between one and two times this later. */
  pingEveryMs?: number;
}

export interface Subscriptions {
  upgrade: UpgradeRoute;
  /** Tells every peer to go to another replica. */
  close(): Promise<void>;
}

/**
 * Serves subscriptions over WebSocket (subprotocol `graphql-transport-ws`): to services of the house only, which
 * sign the connection and, with the identity that it runs as, each `subscribe`. What a stream's opening throws is
 * sent as one `next` with errors, and `complete`.
 */
export function openSubscriptions(options: SubscriptionsOptions): Subscriptions {
  const {
    name,
    schema,
    executor,
    identitySecret,
    messageLimit,
    log,
    metrics,
    pingEveryMs = 10_000,
  } = options;
  const refused = metrics.counter('unsigned_sockets_total', 'Sockets closed for want of a valid signature.', [
    'reason',
  ]);
  const operationOf = openOperations(schema, executor.prepare);
  const requestIds = new WeakMap<SubscribePayload, string>();

  const verify = (header: unknown, body: string): Verification =>
    verifyIdentity(identitySecret, name, typeof header === 'string' ? header : undefined, body);

  function refuse(reason: string): void {
    refused.inc({ reason });
    log.warn({ reason }, 'refused a socket that no service signed');
  }

  const masked = (payload: SubscribePayload, errors: readonly GraphQLError[]) =>
    executor.format(errors, requestIds.get(payload) ?? '');

  const protocol = makeServer<Record<string, unknown>, WebSocket>({
    onConnect: ({ connectionParams }) => {
      const signed = verify(connectionParams?.[IDENTITY_HEADER], CONNECT_BODY);
      if (signed.ok && signed.identity.kind === 'service') return true;
      refuse(signed.ok ? 'not-a-service' : signed.reason);
      return false;
    },
    onSubscribe: ({ extra: socket }, _, payload) => {
      const signed = verify(payload.extensions?.[IDENTITY_HEADER], subscribeBody(payload));
      if (!signed.ok) {
        refuse(signed.reason);
        socket.close(CloseCode.Forbidden, 'Forbidden');
        return [unauthenticated()];
      }
      const { identity, requestId } = signed;
      requestIds.set(payload, requestId);
      const operation = operationOf(payload);
      return isRefused(operation) ? operation : { ...operation, contextValue: { identity, requestId } };
    },
    subscribe: openStreams(metrics),
    onNext: (_, __, payload, ___, { errors, ...result }: ExecutionResult): FormattedExecutionResult => ({
      ...result,
      ...(errors && { errors: masked(payload, errors) }),
    }),
    onError: (_, __, payload, errors) => masked(payload, errors),
  });

  const server = new WebSocketServer({
    noServer: true,
    maxPayload: messageLimit,
    perMessageDeflate: false,
    handleProtocols,
  });
  const heartbeat = openHeartbeat(server, pingEveryMs);
  server.on('connection', (socket) => {
    socket.on('error', (error) => log.warn({ err: error }, 'a socket failed'));
    const closed = protocol.opened(overSocket(socket, log), socket);
    socket.once('close', (code, reason) => {
      closed(code, reason.toString()).catch((error: unknown) =>
        log.error({ err: error }, 'a subscription did not end cleanly'),
      );
    });
  });
  let closing = false;

  return {
    upgrade: (request, socket, head) => {
      if (closing) refuseUpgrade(socket, '503 Service Unavailable');
      else server.handleUpgrade(request, socket, head, (peer) => server.emit('connection', peer, request));
    },
    close: async () => {
      closing = true;
      heartbeat.close();
      await closeAll(server);
    },
  };
}

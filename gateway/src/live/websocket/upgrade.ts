import { refuseUpgrade, type UpgradeRoute } from '@stampede/shared/http';
import { GraphQLError } from 'graphql';
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Clients } from '../../client/clients.js';
import { refusalHeaders, refusalStatus } from '../../rates/refusal.js';
import type { Crowd } from '../crowd.js';
import type { LiveMetrics } from '../live-metrics.js';
import { openConnection, type Connection, type ConnectionOptions, type Opening } from './connection.js';
import { CLOSE, PROTOCOL } from './messages.js';

export interface WebSocketsOptions extends Omit<ConnectionOptions, 'metrics' | 'onRefused'> {
  mayCome: (request: IncomingMessage) => boolean;
  clients: Pick<Clients, 'ofStream'>;
  crowd: Crowd;
  metrics: LiveMetrics;
}

/**
 * A message this many times too long is still read, so that it can be refused by its id: closing the socket over it
 * would take everything else on it along.
 */
const READ_BEYOND = 5;

/** Parts of one message; each, however small, is kept with some memory of its own until the last has come. */
const MOST_FRAGMENTS = 64;
/** The same of what has come of one part: for the longest message, a hundred bytes at a time. */
const MOST_CHUNKS = 5_000;

/** Milliseconds that a client has for its half of the closing handshake; its types do not know the option yet. */
const CLOSING = { closeTimeout: 2_000 };

/** Takes WebSockets in, and knows them until they close. */
export function openWebSockets(options: WebSocketsOptions) {
  const { mayCome, clients, crowd, metrics, ...connectionOptions } = options;
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    // Its buffers would cost every viewer more memory than all the rest, to save a few hundred bytes a change.
    perMessageDeflate: false,
    maxPayload: options.messageLimit * READ_BEYOND,
    maxFragments: MOST_FRAGMENTS,
    maxBufferedChunks: MOST_CHUNKS,
    ...CLOSING,
    handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : false),
  });
  const transport = metrics.of('websocket');
  const refused = (reason: string) => metrics.refused.inc({ transport: 'websocket', reason });
  const open = new Map<WebSocket, Connection>();
  let draining = false;

  function accept(socket: WebSocket, opening: Opening): void {
    if (socket.protocol !== PROTOCOL) {
      refused(String(CLOSE.notThisProtocol));
      socket.on('error', () => undefined);
      socket.close(CLOSE.notThisProtocol, 'Subprotocol not acceptable');
      return;
    }
    const connection = openConnection(socket, opening, {
      ...connectionOptions,
      metrics: transport,
      onRefused: refused,
    });
    open.set(socket, connection);
    transport.connections.inc();
    socket.on('close', () => {
      open.delete(socket);
      transport.connections.dec();
    });
  }

  const upgrade: UpgradeRoute = (request, socket, head) => {
    if (!mayCome(request)) {
      refused('origin');
      return refuseUpgrade(socket, '403 Forbidden');
    }
    if (draining) return refuseUpgrade(socket, '503 Service Unavailable');
    const client = clients.ofStream(request);
    const visitor = crowd.enter(client.address);
    if (visitor instanceof GraphQLError) {
      refused(String(visitor.extensions.code));
      const status = refusalStatus(visitor);
      return refuseUpgrade(socket, `${status} ${STATUS_CODES[status]}`, refusalHeaders(visitor));
    }
    socket.once('close', visitor.leaves);
    // Made now: the request itself would be kept in memory for as long as the socket.
    const opening = {
      authorization: request.headers.authorization,
      client,
      visitor,
      bytesRead: () => (socket as Socket).bytesRead,
    };
    server.handleUpgrade(request, socket, head, (accepted) => accept(accepted, opening));
  };

  return {
    upgrade,
    /** Closes every socket as its operations end, and in any case when `graceMs` have passed. */
    close: async (graceMs: number): Promise<void> => {
      draining = true;
      const closed = [...open.keys()].map(
        (socket) => new Promise((resolve) => socket.once('close', resolve)),
      );
      for (const connection of open.values()) connection.drain();
      const deadline = setTimeout(() => {
        for (const socket of open.keys()) socket.terminate();
      }, graceMs);
      await Promise.all(closed);
      clearTimeout(deadline);
    },
  };
}

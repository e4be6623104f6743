import { refuseUpgrade, type UpgradeRoute } from '@stampede/shared/http';
import type { IncomingMessage } from 'node:http';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Clients } from '../../client/clients.js';
import type { LiveMetrics } from '../live-metrics.js';
import { openConnection, type Connection, type ConnectionOptions, type Opening } from './connection.js';
import { CLOSE, PROTOCOL } from './messages.js';

export interface WebSocketsOptions extends Omit<ConnectionOptions, 'metrics' | 'onRefused'> {
  mayCome: (request: IncomingMessage) => boolean;
  clients: Pick<Clients, 'ofStream'>;
  metrics: LiveMetrics;
}

/**
 * A message this many times too long is still read, so that it can be refused by its id: closing the socket over it
 * would take everything else on it along.
 */
const READ_BEYOND = 5;

/** Milliseconds that a client has for its half of the closing handshake; its types do not know the option yet. */
const CLOSING = { closeTimeout: 2_000 };

/** Takes WebSockets in, and knows them until they close. */
export function openWebSockets(options: WebSocketsOptions) {
  const { mayCome, clients, metrics, ...connectionOptions } = options;
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    // Its buffers would cost every viewer more memory than all the rest, to save a few hundred bytes a change.
    perMessageDeflate: false,
    maxPayload: options.messageLimit * READ_BEYOND,
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
    // Made now: the request itself would be kept in memory for as long as the socket.
    const opening = {
      authorization: request.headers.authorization,
      client: clients.ofStream(request),
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

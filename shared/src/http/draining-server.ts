import {
  createServer,
  ServerResponse,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
} from 'node:http';
import type { Socket } from 'node:net';

/** How long a connection over which nothing has ever come may still bring it: browsers open some that they never use. */
const SILENT_MS = 1_000;

/** How often connections are looked for whose last answer had begun before the end did: an event stream's, say. */
const LOOK_EVERY_MS = 50;

/** A server that loses no request when it ends. */
export interface DrainingServer {
  server: Server;
  /** From now on each answer is the last of its connection, and says so; new connections are taken all the same. */
  drain(): void;
  /** Drains, takes no new connection, and resolves when there is none left; those after `graceMs` are cut. */
  close(graceMs: number): Promise<void>;
}

/**
 * A client that keeps its connection may send a request in the very moment in which the server ends it, and cannot know
 * whether it was done. Told `connection: close` with an answer it sends nothing more over that one (RFC 9112, section
 * 9.6); what it has sent already, pipelined, is answered first or not done at all.
 */
export function openDrainingServer(options: ServerOptions, handle: RequestListener): DrainingServer {
  let draining = false;
  const sockets = new Set<Socket>();
  /** Of each connection, the newest of the requests that came before an earlier one was answered. */
  const pipelined = new WeakMap<Socket, ServerResponse>();
  /** Connections whose client was told that there is nothing after this answer. */
  const told = new WeakSet<Socket>();

  function isLast({ req }: ServerResponse): boolean {
    const newest = pipelined.get(req.socket);
    return newest === undefined || newest.req === req || newest.writableFinished;
  }

  class LastResponse<Request extends IncomingMessage> extends ServerResponse<Request> {
    override writeHead(...head: unknown[]): this {
      if (draining && isLast(this)) {
        this.shouldKeepAlive = false;
        told.add(this.req.socket);
      }
      return super.writeHead(...(head as Parameters<ServerResponse['writeHead']>));
    }
  }

  const server = createServer({ ...options, ServerResponse: LastResponse }, (request, response) => {
    // An answer that waits for another one has no connection yet.
    if (response.socket === null) pipelined.set(request.socket, response);
    if (draining && told.has(request.socket)) return;
    handle(request, response);
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });

  function endSilent(): void {
    for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
  }

  const drain = (): void => {
    draining = true;
  };
  return {
    server,
    drain,
    close: async (graceMs) => {
      drain();
      const timers = [
        setTimeout(() => server.closeAllConnections(), graceMs),
        setTimeout(endSilent, SILENT_MS),
        setInterval(() => server.closeIdleConnections(), LOOK_EVERY_MS),
      ];
      try {
        await new Promise<void>((resolve, reject) =>
          server.close((error) => (error ? reject(error) : resolve())),
        );
      } finally {
        for (const timer of timers) clearTimeout(timer);
      }
    },
  };
}

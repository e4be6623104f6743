import {
  createServer,
  ServerResponse,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
} from 'node:http';
import type { Server as Door, Socket } from 'node:net';
import type { Closed } from './connection-figures.js';

/** How long a connection may still bring a request when the end has come: the rest of it, or its first. */
const SILENT_MS = 1_000;

/** How often connections are looked for that owe nothing any more. */
const LOOK_EVERY_MS = 50;

/**
 * Requests of one connection that wait for an answer. Who sends the next before the last was answered is no browser
 * and no proxy; without an end, a few bytes each would hold some kilobytes each here.
 */
export const MOST_PIPELINED = 100;

/** A server that loses no request when it ends. */
export interface DrainingServer {
  server: Server;
  /** How many connections are open, those that speak another protocol by now among them. */
  connections(): number;
  /** From now on each answer is the last of its connection, and says so; new connections are taken all the same. */
  drain(): void;
  /** Drains, closes the doors, and resolves when no connection is left; those after `graceMs` are cut. */
  close(doors: readonly Door[], graceMs: number): Promise<void>;
}

/** What is known of a connection. */
interface Connection {
  /** Answers that are not given, or not taken. */
  owed: number;
  /** To the newest request, while it is owed. */
  newest: ServerResponse | undefined;
  /** Its client was told that there is nothing after this answer. */
  told: boolean;
  /** How many bytes had come when an answer was taken: what came since is a request's beginning. */
  readBefore: number;
}

const newConnection = (): Connection => ({ owed: 0, newest: undefined, told: false, readBefore: -1 });

/**
 * A client that keeps its connection may send a request in the very moment in which the server ends it, and cannot know
 * whether it was done. Told `connection: close` with an answer it sends nothing more over that one (RFC 9112, section
 * 9.6); what it has sent already, pipelined, is answered first or not done at all.
 *
 * @param bounds told of each connection that is closed without a word: one more than there may be, or one over which
 * more than `MOST_PIPELINED` requests wait.
 */
export function openDrainingServer(
  options: ServerOptions,
  handle: RequestListener,
  { connectionLimit, onClosed }: { connectionLimit: number; onClosed: (why: Closed) => void },
): DrainingServer {
  let draining = false;
  const connections = new Map<Socket, Connection>();

  class CountedResponse<Request extends IncomingMessage> extends ServerResponse<Request> {
    readonly connectionState: Connection;

    /** Node hands it options, too, which its types do not know. */
    constructor(...given: [request: Request]) {
      super(...given);
      const connection = connections.get(given[0].socket) ?? newConnection();
      connection.owed += 1;
      connection.newest = this;
      this.connectionState = connection;
    }

    override writeHead(...head: unknown[]): this {
      if (draining && this.connectionState.newest === this) {
        this.shouldKeepAlive = false;
        this.connectionState.told = true;
      }
      return super.writeHead(...(head as Parameters<ServerResponse['writeHead']>));
    }

    /** Node calls it when all of the answer has gone to the system. */
    override detachSocket(socket: Socket): void {
      super.detachSocket(socket);
      const { connectionState: connection } = this;
      connection.owed -= 1;
      connection.readBefore = socket.bytesRead;
      if (connection.newest === this) connection.newest = undefined;
    }
  }

  const server = createServer({ ...options, ServerResponse: CountedResponse }, (request, response) => {
    const { socket } = request;
    const { owed, told } = response.connectionState;
    // What came in one piece with what was too much is still read.
    if ((draining && told) || socket.destroyed) return;
    if (owed > MOST_PIPELINED) {
      socket.destroy();
      onClosed('pipelined');
      return;
    }
    handle(request, response);
  });
  server.on('connection', (socket: Socket) => {
    if (connections.size >= connectionLimit) {
      socket.destroy();
      onClosed('full');
      return;
    }
    connections.set(socket, newConnection());
    socket.once('close', () => connections.delete(socket));
  });
  // Its end is owed by who took it over.
  server.on('upgrade', (_, socket: Socket) => {
    const connection = connections.get(socket);
    if (connection) connection.owed += 1;
  });

  function endIdle(evenWhoMayBring: boolean): void {
    for (const [socket, { owed, readBefore }] of connections) {
      if (owed === 0 && (evenWhoMayBring || socket.bytesRead === readBefore)) socket.destroy();
    }
  }

  // Node's own, which ends the server's connections when it closes, cuts answers off that are still being taken.
  server.closeIdleConnections = () => endIdle(false);

  const drain = (): void => {
    draining = true;
  };
  return {
    server,
    connections: () => connections.size,
    drain,
    close: async (doors, graceMs) => {
      drain();
      const silentAt = performance.now() + SILENT_MS;
      const look = setInterval(() => endIdle(performance.now() >= silentAt), LOOK_EVERY_MS);
      const cut = setTimeout(() => server.closeAllConnections(), graceMs);
      try {
        await Promise.all(doors.map(closed));
      } finally {
        clearInterval(look);
        clearTimeout(cut);
      }
    },
  };
}

const closed = (door: Door): Promise<void> =>
  new Promise((resolve, reject) => {
    door.close((error) => (error ? reject(error) : resolve()));
  });

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import {
  connect,
  createServer as createTcpServer,
  type AddressInfo,
  type Server as TcpServer,
  type Socket,
} from 'node:net';
import { text } from 'node:stream/consumers';

export interface Asked {
  body: string;
  authorization: string | undefined;
  /** Which connection it came over. */
  connection: number;
}

export interface Reply {
  status?: number;
  body?: string;
  headers?: Record<string, string>;
  /** Ends the connection in place of an answer. */
  cut?: true;
  /** Says nothing, for good. */
  silent?: true;
}

export interface AnsweringServer extends AsyncDisposable {
  port: number;
  asked: Asked[];
  /** Most requests of one connection that were in flight at the same time. */
  mostAtOnce: () => number;
}

/** A server of `node:http` that answers as it is told, request by request. */
export async function openAnsweringServer(
  answer: (asked: Asked, index: number) => Reply | Promise<Reply>,
): Promise<AnsweringServer> {
  const asked: Asked[] = [];
  const sockets = new Map<Socket, { number: number; inFlight: number }>();
  let most = 0;
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const socket = sockets.get(request.socket)!;
    most = Math.max(most, ++socket.inFlight);
    const body = await text(request);
    const one = { body, authorization: request.headers.authorization, connection: socket.number };
    const reply = await answer(one, asked.push(one) - 1);
    socket.inFlight -= 1;
    if (reply.cut) request.socket.destroy();
    else if (!reply.silent) {
      const content = reply.body ?? '{}';
      const length = { 'content-length': Buffer.byteLength(content) };
      response.writeHead(reply.status ?? 200, reply.headers ?? length).end(content);
    }
  };
  const server = createServer((request, response) => {
    serve(request, response).catch((error: Error) => request.socket.destroy(error));
  });
  server.on('connection', (socket) => sockets.set(socket, { number: sockets.size, inFlight: 0 }));
  const port = await listening(server);
  return {
    port,
    asked,
    mostAtOnce: () => most,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Passes everything on to a server, and what comes back byte by byte. */
export async function openDribblingProxy(port: number): Promise<AsyncDisposable & { port: number }> {
  const sockets = new Set<Socket>();
  const proxy = createTcpServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const socket of [near, far]) sockets.add(socket.setNoDelay(true));
    near.pipe(far);
    dribble(far, near).catch((error: Error) => near.destroy(error));
  });
  return {
    port: await listening(proxy),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => proxy.close(resolve));
    },
  };
}

async function dribble(from: Socket, to: Socket): Promise<void> {
  for await (const data of from as AsyncIterable<Buffer>) {
    for (const byte of data) {
      await new Promise((written) => to.write(Buffer.of(byte), written));
      await new Promise(setImmediate);
    }
  }
}

const listening = (server: Server | TcpServer) =>
  new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });

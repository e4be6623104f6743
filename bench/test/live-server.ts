import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';

export interface LiveServer extends AsyncDisposable {
  url: URL;
  /** Of each connection that was ever opened, what it said, in order. */
  said: string[][];
  /** Those that are open, in the order in which they came. */
  open(): WebSocket[];
  /** Tells everybody who watches how many units are available; who comes later is told at once. */
  tell(available: number): void;
}

export interface LiveServerOptions {
  /** Whether a connection is taken, by how many came before. */
  takes?: (number: number, request: IncomingMessage) => boolean;
  /** What a subscription is answered in place of a value. */
  answer?: (number: number) => object | undefined;
}

/** A server of `ws` that speaks as much of `graphql-transport-ws` as one subscription needs. */
export async function openLiveServer(
  available: number,
  options: LiveServerOptions = {},
): Promise<LiveServer> {
  const { takes = () => true, answer = () => undefined } = options;
  const said: string[][] = [];
  const watching = new Set<WebSocket>();
  let came = 0;
  let units = available;
  const server = new WebSocketServer({
    port: 0,
    host: '127.0.0.1',
    handleProtocols: (offered) => (offered.has('graphql-transport-ws') ? 'graphql-transport-ws' : false),
    verifyClient: ({ req }: { req: IncomingMessage }) => takes(came++, req),
  });
  const value = () =>
    JSON.stringify({
      id: '1',
      type: 'next',
      payload: { data: { stockChanged: { id: 'shoe', stock: { available: units, held: 1 } } } },
    });
  server.on('connection', (socket) => {
    const mine: string[] = [];
    const number = said.push(mine) - 1;
    socket.on('close', () => watching.delete(socket));
    socket.on('pong', (data) => mine.push(`pong ${data.toString()}`));
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as { type: string; payload?: { query?: string } };
      mine.push(message.payload?.query ?? message.type);
      if (message.type === 'connection_init') socket.send(JSON.stringify({ type: 'connection_ack' }));
      if (message.type !== 'subscribe') return;
      const refusal = answer(number);
      if (!refusal) watching.add(socket);
      socket.send(refusal ? JSON.stringify(refusal) : value());
    });
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`),
    said,
    open: () => [...server.clients],
    tell: (available) => {
      units = available;
      for (const socket of watching) socket.send(value());
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of server.clients) socket.terminate();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

import type { WebSocket, WebSocketServer } from 'ws';

/** Pings every peer, and cuts those that have not answered the ping before: gone, or not reading. */
export function openHeartbeat(server: WebSocketServer, everyMs: number): { close(): void } {
  const answered = new WeakSet<WebSocket>();
  server.on('connection', (socket) => {
    answered.add(socket);
    socket.on('pong', () => answered.add(socket));
  });
  const timer = setInterval(() => {
    for (const socket of server.clients) {
      if (answered.delete(socket)) socket.ping();
      else socket.terminate();
    }
  }, everyMs).unref();
  return { close: () => clearInterval(timer) };
}

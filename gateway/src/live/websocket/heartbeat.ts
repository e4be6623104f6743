import type { WebSocket } from 'ws';

/**
 * Pings a client, and cuts it off when it has not answered by the next ping: it is gone, or does not read. Timers
 * of their own spread ten thousand clients' pings over the time, by when each has come.
 */
export function openHeartbeat(socket: WebSocket, everyMs: number, onSilent: () => void) {
  let answered = true;
  const timer = setInterval(() => {
    if (!answered) {
      onSilent();
      socket.terminate();
      return;
    }
    answered = false;
    socket.ping();
  }, everyMs);
  socket.on('pong', () => (answered = true));
  return { close: () => clearInterval(timer) };
}

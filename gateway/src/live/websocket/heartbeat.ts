import type { WebSocket } from 'ws';

/**
 * Pings a client, and cuts it off when it has not answered by the next ping: it is gone, or does not read. Timers
 * of their own spread ten thousand clients' pings over the time, by when each has come.
 */
export function openHeartbeat(socket: WebSocket, everyMs: number, onSilent: () => void) {
  let answered = true;
  const timer = setInterval(() => {
    if (answered) {
      answered = false;
      socket.ping();
    } else setImmediate(cutOff);
  }, everyMs);

  /** Not before what has come meanwhile is read: after a long pause of ours, timers come first. */
  function cutOff(): void {
    if (answered) return;
    onSilent();
    socket.terminate();
  }

  socket.on('pong', () => (answered = true));
  return { close: () => clearInterval(timer) };
}

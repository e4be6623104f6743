import type { WebSocket } from 'ws';

export interface HeartbeatOptions {
  /** Milliseconds from one ping to the next. */
  everyMs: number;
  /** Bytes that have come over the connection. */
  bytesRead: () => number;
  /** Told why the client is cut off. */
  onCutOff: (reason: 'silent' | 'unfinished') => void;
}

/** Of a control frame that comes from a client (RFC 6455, section 5.2), beside what it carries. */
const CONTROL_BYTES = 6;

/**
 * Pings a client, and cuts it off when it has not answered by the next ping: it is gone, or does not read; or when a
 * message that was begun before one ping is not whole by the next: its pieces would be kept for ever. Timers of their
 * own spread ten thousand clients' pings over the time, by when each has come.
 */
export function openHeartbeat(socket: WebSocket, { everyMs, bytesRead, onCutOff }: HeartbeatOptions) {
  let answered = true;
  /** Of the bytes that have come, those that were something whole; what came in one piece with it counts, too. */
  let whole = bytesRead();
  let unfinished = false;
  const timer = setInterval(() => {
    if (!answered) {
      setImmediate(cutOffSilent);
      return;
    }
    if (bytesRead() <= whole) unfinished = false;
    else if (unfinished) return cutOff('unfinished');
    else unfinished = true;
    answered = false;
    socket.ping();
  }, everyMs);

  /** Not before what has come meanwhile is read: after a long pause of ours, timers come first. */
  function cutOffSilent(): void {
    if (!answered) cutOff('silent');
  }

  function cutOff(reason: 'silent' | 'unfinished'): void {
    onCutOff(reason);
    socket.terminate();
  }

  const onControl = ({ length }: Buffer) => {
    whole += CONTROL_BYTES + length;
  };
  socket.on('ping', onControl);
  socket.on('pong', (data: Buffer) => {
    answered = true;
    onControl(data);
  });
  socket.on('message', () => {
    whole = bytesRead();
    unfinished = false;
  });
  return { close: () => clearInterval(timer) };
}

import type { WebSocket } from 'ws';
import { MOST_UNREAD, type Frame } from '../frame.js';
import type { TransportMetrics } from '../live-metrics.js';

/** What may lie unwritten before the client is read no further: answers it asks for and does not take. */
const HIGH_WATER_BYTES = 256 * 1024;

export type Outlet = (frame: Frame, written?: () => void) => void;

/**
 * Writes frames to a socket; while the client does not take them, it is not read either.
 *
 * @param onUnread told that the client is cut off, since too much lies unwritten for it.
 */
export function openOutlet(socket: WebSocket, metrics: TransportMetrics, onUnread: () => void): Outlet {
  return (frame, written) => {
    if (socket.readyState !== socket.OPEN) return;
    if (socket.bufferedAmount > MOST_UNREAD) {
      onUnread();
      socket.terminate();
      return;
    }
    const onWritten = (error?: Error | null) => {
      // A socket that fails closes, and its owner is told so.
      if (error) return;
      if (socket.isPaused && socket.bufferedAmount < HIGH_WATER_BYTES) socket.resume();
      written?.();
    };
    metrics.frames.inc();
    frame.forEach((part, index) => {
      metrics.bytes.inc(part.length);
      // A message in several parts is one message of several WebSocket frames.
      if (index < frame.length - 1) socket.send(part, PART);
      else socket.send(part, LAST_PART, onWritten);
    });
    if (socket.bufferedAmount >= HIGH_WATER_BYTES) socket.pause();
  };
}

const PART = { binary: false, fin: false };
const LAST_PART = { binary: false, fin: true };

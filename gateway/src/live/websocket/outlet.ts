import type { WebSocket } from 'ws';
import type { TransportMetrics } from '../live-metrics.js';

/** What may lie unwritten before the client is read no further: answers it asks for and does not take. */
const HIGH_WATER_BYTES = 256 * 1024;

export type Outlet = (frame: Buffer, written?: () => void) => void;

/** Writes frames to a socket; while the client does not take them, it is not read either. */
export function openOutlet(socket: WebSocket, metrics: TransportMetrics): Outlet {
  return (frame, written) => {
    if (socket.readyState !== socket.OPEN) return;
    metrics.frames.inc();
    metrics.bytes.inc(frame.length);
    socket.send(frame, TEXT, (error) => {
      // A socket that fails closes, and its owner is told so.
      if (error) return;
      if (socket.isPaused && socket.bufferedAmount < HIGH_WATER_BYTES) socket.resume();
      written?.();
    });
    if (socket.bufferedAmount >= HIGH_WATER_BYTES) socket.pause();
  };
}

const TEXT = { binary: false };

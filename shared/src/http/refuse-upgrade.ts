import type { Duplex } from 'node:stream';

/**
 * Answers a connection that was to switch protocols, and ends it whole: a peer that keeps its half open would hold up
 * the server's stop, which does not know such connections any more.
 *
 * @param status as in a status line: `403 Forbidden`
 */
export function refuseUpgrade(socket: Duplex, status: string): void {
  socket.once('finish', () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

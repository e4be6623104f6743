import type { Duplex } from 'node:stream';

/**
 * Answers a connection that was to switch protocols, and ends it whole: a peer that keeps its half open would hold up
 * the server's stop, which does not know such connections any more.
 *
 * @param status as in a status line: `403 Forbidden`
 * @param headers of the gateway's own making: no text of a client's
 */
export function refuseUpgrade(
  socket: Duplex,
  status: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  socket.once('finish', () => socket.destroy());
  const more = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n${more.join('')}\r\n`);
}

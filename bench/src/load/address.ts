import { connect } from 'node:net';
import { once } from 'node:events';

/**
 * The address behind a host's name that takes connections: ten thousand clients that look the name up, and try
 * `::1` first, would measure that.
 */
export async function withAddress(url: URL): Promise<URL> {
  const socket = connect({ host: url.hostname, port: Number(url.port) });
  try {
    await once(socket, 'connect');
    const { remoteAddress = url.hostname, remoteFamily } = socket;
    const found = new URL(url);
    found.hostname = remoteFamily === 'IPv6' ? `[${remoteAddress}]` : remoteAddress;
    return found;
  } finally {
    socket.destroy();
  }
}

import { createServer, type AddressInfo, type Server } from 'node:net';

/** As many TCP ports on 127.0.0.1 as asked for, all different, on which nobody listens. */
export async function freePorts(count: number): Promise<number[]> {
  // All are held before any is given back, or the system would give the same one twice.
  const servers = await Promise.all(Array.from({ length: count }, holdPort));
  const ports = servers.map((server) => (server.address() as AddressInfo).port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

const holdPort = () =>
  new Promise<Server>((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve(server));
  });

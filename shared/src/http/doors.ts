import { once } from 'node:events';
import type { Server as HttpServer } from 'node:http';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Who waits to be taken, at each door. */
const BACKLOG = 4_096;

export interface DoorOptions {
  host: string;
  /** 0 takes a free one. */
  port: number;
  /** How many sockets listen there. */
  doors: number;
}

/**
 * Has an HTTP server listen by several sockets at one port (`SO_REUSEPORT`), among which the system spreads who
 * connects. libuv takes one connection from each per turn of the event loop, and under load a turn takes tens of
 * milliseconds: by one door, the last of a thousand who come at once would be taken half a minute later. Where the
 * system has no such sockets there is one.
 *
 * @returns the doors, the HTTP server first; each is closed by itself.
 * @throws EADDRINUSE, also when whoever is there listens by several sockets as well.
 */
export async function openDoors(server: HttpServer, { host, port, doors }: DoorOptions): Promise<Server[]> {
  if (doors <= 1) return [await listenBy(server, { host, port })];
  if (port !== 0) await refuseTaken(host, port);
  try {
    await listenBy(server, { host, port, reusePort: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOTSUP') throw error;
    return [await listenBy(server, { host, port })];
  }
  const opened: Server[] = [server];
  const { port: taken } = server.address() as AddressInfo;
  while (opened.length < doors) {
    // As node:http opens its own.
    const door = createServer({ allowHalfOpen: true, noDelay: true }, (socket: Socket) =>
      server.emit('connection', socket),
    );
    opened.push(await listenBy(door, { host, port: taken, reusePort: true }));
  }
  return opened;
}

async function listenBy(
  server: Server,
  place: { host: string; port: number; reusePort?: boolean },
): Promise<Server> {
  server.listen({ ...place, backlog: BACKLOG });
  await once(server, 'listening');
  return server;
}

/** A socket that shares its port is let in beside others that do: somebody else's server among them. */
async function refuseTaken(host: string, port: number): Promise<void> {
  const alone = await listenBy(createServer(), { host, port });
  alone.close();
  await once(alone, 'close');
}

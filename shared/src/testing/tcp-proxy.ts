import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** What flows from the client to the server, and what comes back. */
export type Direction = 'requests' | 'answers';

/** How a network is slow. */
export interface Slowness {
  /** Milliseconds by which everything is late, each way. */
  latencyMs?: number;
  /** What fits through a connection, each way; unbounded unless it is said. */
  bytesPerSecond?: number;
}

/** Stands between a client and a server, and fails as networks do. */
export interface TcpProxy extends AsyncDisposable {
  port: number;
  /** Ends every connection at once and refuses new ones, as a server that died. */
  cut(): void;
  /** Keeps every connection open and passes nothing on any more, as a network that drops packets. */
  freeze(): void;
  /** As `freeze`, of one direction: `answers` that are cut leave requests that are carried out, and nobody hears of it. */
  cutOneWay(direction: Direction): void;
  /**
   * Keeps the connections that there are open and silent for good, and serves new ones: as a firewall that has lost them,
   * or another machine that has taken over the address of one that died.
   */
  forget(): void;
  /** Passes everything on, late. */
  slow(slowness: Slowness): void;
  /** Serves again: what is frozen flows on, what was cut has to be connected anew. */
  restore(): void;
  /** Leads connections that are made from now on to another server, as a failover does. */
  pointTo(url: string): void;
}

const BOTH: readonly Direction[] = ['requests', 'answers'];

/** @param url of the server, with a host and a port. */
export async function openTcpProxy(url: string): Promise<TcpProxy> {
  let target = new URL(url);
  /** Every socket, by what is read from it. */
  const sockets = new Map<Socket, Direction>();
  const forgotten = new Set<Socket>();
  let isCut = false;
  let stopped: readonly Direction[] = [];
  let slowness: Slowness = {};

  function flow(direction: Direction): void {
    for (const [socket, from] of sockets) {
      if (from !== direction) continue;
      if (stopped.includes(direction)) socket.pause();
      else socket.resume();
    }
  }

  function stop(directions: readonly Direction[]): void {
    stopped = directions;
    BOTH.forEach(flow);
  }

  const server = createServer((near) => {
    if (isCut) {
      near.destroy();
      return;
    }
    const far = connect(Number(target.port), target.hostname);
    for (const [direction, from, to] of [
      ['requests', near, far],
      ['answers', far, near],
    ] as const) {
      sockets.set(from, direction);
      from.on(
        'data',
        openPipe(to, () => slowness),
      );
      // An error is followed by 'close', which tells the other side.
      from.on('error', () => from.destroy());
      from.on('close', () => {
        sockets.delete(from);
        forgotten.delete(from);
        to.destroy();
      });
      if (stopped.includes(direction)) from.pause();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endAll = () => {
    for (const socket of [...sockets.keys(), ...forgotten]) socket.destroy();
  };

  return {
    port: (server.address() as AddressInfo).port,
    cut: () => {
      isCut = true;
      endAll();
    },
    freeze: () => stop(BOTH),
    cutOneWay: (direction) => stop([direction]),
    forget: () => {
      for (const socket of sockets.keys()) forgotten.add(socket.pause());
      sockets.clear();
    },
    slow: (how) => {
      slowness = how;
    },
    restore: () => {
      isCut = false;
      slowness = {};
      stop([]);
    },
    pointTo: (other) => {
      target = new URL(other);
    },
    [Symbol.asyncDispose]: async () => {
      endAll();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Passes on what it is given, in its order, as late as the network is slow when it comes. */
function openPipe(to: Socket, slowness: () => Slowness): (data: Buffer) => void {
  let freeAt = 0;
  const late: Buffer[] = [];
  return (data) => {
    const { latencyMs = 0, bytesPerSecond = Infinity } = slowness();
    const now = performance.now();
    if (late.length === 0 && latencyMs === 0 && bytesPerSecond === Infinity) {
      to.write(data);
      return;
    }
    freeAt = Math.max(freeAt, now + latencyMs) + (data.length * 1_000) / bytesPerSecond;
    late.push(data);
    // The oldest, whichever timer is first: those of different lengths do not keep their order to the millisecond.
    setTimeout(() => {
      const oldest = late.shift();
      if (oldest && !to.destroyed) to.write(oldest);
    }, freeAt - now);
  };
}

/** The same URL, led through a proxy. */
export function through(proxy: TcpProxy, url: string): string {
  const led = new URL(url);
  led.host = `127.0.0.1:${proxy.port}`;
  return led.href;
}

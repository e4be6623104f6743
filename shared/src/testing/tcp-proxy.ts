import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** Stands between a client and a server, and fails as networks do. */
export interface TcpProxy extends AsyncDisposable {
  port: number;
  /** Ends every connection at once and refuses new ones, as a server that died. */
  cut(): void;
  /** Keeps every connection open and passes nothing on any more, as a network that drops packets. */
  freeze(): void;
  /** Serves again: what is frozen flows on, what was cut has to be connected anew. */
  restore(): void;
  /** Leads connections that are made from now on to another server, as a failover does. */
  pointTo(url: string): void;
}

/** @param url of the server, with a host and a port. */
export async function openTcpProxy(url: string): Promise<TcpProxy> {
  let target = new URL(url);
  const sockets = new Set<Socket>();
  let state: 'open' | 'cut' | 'frozen' = 'open';

  const server = createServer((near) => {
    if (state === 'cut') {
      near.destroy();
      return;
    }
    const far = connect(Number(target.port), target.hostname);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on('data', (data) => to.write(data));
      // An error is followed by 'close', which tells the other side.
      from.on('error', () => from.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      if (state === 'frozen') from.pause();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endAll = () => sockets.forEach((socket) => socket.destroy());

  return {
    port: (server.address() as AddressInfo).port,
    cut: () => {
      state = 'cut';
      endAll();
    },
    freeze: () => {
      state = 'frozen';
      for (const socket of sockets) socket.pause();
    },
    restore: () => {
      state = 'open';
      for (const socket of sockets) socket.resume();
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

/** The same URL, led through a proxy. */
export function through(proxy: TcpProxy, url: string): string {
  const led = new URL(url);
  led.host = `127.0.0.1:${proxy.port}`;
  return led.href;
}

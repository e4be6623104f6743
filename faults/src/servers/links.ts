import { openTcpProxy, through, type TcpProxy, type Wire } from '@stampede/shared/testing';

/** The network between a service and what it needs, by `FROM>TO`: `order>redis`, `gateway>catalog`. */
export interface Links extends AsyncDisposable {
  /** Puts a proxy into each link as a shop is described. */
  wire: Wire;
  names(): string[];
  /** @throws Error for a link that there is not. */
  link(name: string): TcpProxy;
}

export function openLinks(): Links {
  const proxies = new Map<string, TcpProxy>();
  return {
    wire: async (from, to, url) => {
      const proxy = await openTcpProxy(url);
      proxies.set(`${from}>${to}`, proxy);
      return through(proxy, url).replace(/\/$/, '');
    },
    names: () => [...proxies.keys()],
    link: (name) => {
      const proxy = proxies.get(name);
      if (!proxy) throw new Error(`there is no link ${name}`);
      return proxy;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...proxies.values()].map((proxy) => proxy[Symbol.asyncDispose]()));
    },
  };
}

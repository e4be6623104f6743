import { once } from 'node:events';

export const SERVERS = ['postgresql', 'redis', 'rabbitmq'] as const;
export type Server = (typeof SERVERS)[number];

/** Has a server killed, started again, stopped where it is, or let go on; resolves when that is so. @throws Error */
export type Order = (action: 'kill' | 'start' | 'pause' | 'resume', server: Server) => Promise<void>;

interface Done {
  id: number;
  env: Record<string, string>;
  error?: string;
}

let asked = 0;

/**
 * Has whoever started this process (docker/local/servers/obey-orders.ts) start servers that may be killed, and names
 * them in this process' environment, where a shop looks for them.
 */
export async function openServers(): Promise<Order> {
  Object.assign(process.env, await ask({ action: 'open' }));
  return async (action, server) => void (await ask({ action, server }));
}

async function ask(order: { action: string; server?: Server }): Promise<Record<string, string>> {
  if (!process.send) throw new Error('run `npm run faults -- servers` in the project’s folder');
  const id = (asked += 1);
  process.send({ id, ...order });
  for (;;) {
    const [done] = (await once(process, 'message')) as [Done];
    if (done.id !== id) continue;
    if (done.error === undefined) return done.env;
    throw new Error(`${Object.values(order).join(' ')}: ${done.error}`);
  }
}

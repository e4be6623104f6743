import type { ChildProcess } from 'node:child_process';
import type { Home } from '../home.ts';
import type { Shutdown } from '../processes/shutdown.ts';
import { openOwnServers, type OwnServers } from './own-servers.ts';
import type { ServerName } from './server.ts';

/** What faults/src/servers/own-servers.ts sends: it knows no programs, and owns no processes. */
type Order = { id: number } & (
  { action: 'open' } | { action: 'kill' | 'start' | 'pause' | 'resume'; server: ServerName }
);

/** Keeps servers for a script that wants some to kill, as it says; they are started when it first asks for them. */
export function obeyOrders(child: ChildProcess, home: Home, shutdown: Shutdown): void {
  let opened: OwnServers | undefined;

  async function obey(order: Order): Promise<Record<string, string>> {
    if (order.action === 'open') {
      opened = await openOwnServers(home, console.error);
      shutdown.add(opened.close);
      const { url } = opened;
      return { DATABASE_URL: url('postgresql'), REDIS_URL: url('redis'), AMQP_URL: url('rabbitmq') };
    }
    if (!opened) throw new Error('no servers have been opened');
    await opened[order.action](order.server);
    return {};
  }

  child.on('message', (order: Order) => {
    obey(order).then(
      (env) => child.send({ id: order.id, env }),
      (error: unknown) => child.send({ id: order.id, error: (error as Error).message }),
    );
  });
}

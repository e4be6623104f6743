// Does to a platform on servers of its own what production may, and says whether its promises hold: `npm run faults`.
import { runOnOwnServers } from '../platform/run-on-own-servers.ts';
import { obeyOrders } from '../servers/obey-orders.ts';

process.exit(
  await runOnOwnServers({
    name: 'faults',
    script: 'faults/dist/main.js',
    args: process.argv.slice(2),
    // Of several platforms beside each other.
    maxConnections: 400,
    obey: obeyOrders,
  }),
);

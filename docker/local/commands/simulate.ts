// Tries random histories against models, on servers of its own: `npm run simulate -- --minutes 30`.
import { runOnOwnServers } from '../platform/run-on-own-servers.ts';

process.exit(
  await runOnOwnServers({
    name: 'simulate',
    script: 'faults/dist/simulation/main.js',
    args: process.argv.slice(2),
  }),
);

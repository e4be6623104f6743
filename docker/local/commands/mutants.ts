// Takes mechanisms out of a copy of the checkout, one at a time, and shows which test fails: `npm run mutants`.
import { runOnOwnServers } from '../platform/run-on-own-servers.ts';

process.exit(
  await runOnOwnServers({
    name: 'mutants',
    script: 'faults/dist/mutants/main.js',
    args: process.argv.slice(2),
    // As for the tests, whose files have databases of their own.
    maxConnections: 400,
  }),
);

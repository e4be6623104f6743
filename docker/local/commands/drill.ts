// Tries on servers of its own that a lost platform can be restored from a dump: `npm run drill`.
import { runOnOwnServers } from '../platform/run-on-own-servers.ts';

process.exit(await runOnOwnServers({ name: 'drill', script: 'shared/dist/testing/restore-drill-cli.js' }));

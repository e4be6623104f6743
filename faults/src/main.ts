import { readArguments, USAGE, type FaultArguments, type Kind } from './arguments.js';
import { walkCrashPoints } from './crashes/walk.js';
import { tryServers } from './servers/try-servers.js';

// `npm run faults`: on servers of its own, which it finds in the environment. Exits 1 when anything did not hold.

/** Does its faults one after another. @returns how many did not hold */
type Faults = (args: FaultArguments) => Promise<number>;

const FAULTS: Partial<Record<Kind, Faults>> = { crashes: walkCrashPoints, servers: tryServers };

let args: FaultArguments;
try {
  args = readArguments(process.argv.slice(2));
} catch (error) {
  console.error(`${(error as Error).message}\n${USAGE}`);
  process.exit(2);
}
let broken = 0;
for (const kind of args.kinds) broken += (await FAULTS[kind]?.(args)) ?? 0;
process.exitCode = broken === 0 ? 0 : 1;

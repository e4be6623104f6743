import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openHome, type Home } from '../home.ts';
import { isLocked } from '../processes/lock.ts';
import { endStaleProcesses } from '../processes/pid-file.ts';
import { postgresqlFolder, postgresqlUser } from '../servers/postgresql-user.ts';

/** Ends and removes what failed or crashed test runs have left, except a run that is under way. */
export async function discardEarlierRuns(runs: Home): Promise<void> {
  const earlier = readdirSync(runs.path).filter((name) => name.startsWith('run-'));
  for (const home of earlier.map((name) => openHome(join(runs.path, name)))) {
    if (isLocked(home)) continue;
    await endStaleProcesses(home);
    removeRun(home);
  }
}

/** Removes a run's home, and its database where that had to be elsewhere. */
export function removeRun(home: Home): void {
  rmSync(postgresqlFolder(home, postgresqlUser()), { recursive: true, force: true });
  rmSync(home.path, { recursive: true, force: true });
}

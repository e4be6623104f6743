import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Home } from '../home.ts';
import { identify, isRunning, type ProcessIdentity } from './identity.ts';

/** Another process works with this home. */
export class HomeInUse extends Error {}

/**
 * Takes a home for this process alone, or throws HomeInUse. A lock whose holder is gone is taken over.
 * @returns gives the home back
 */
export function lockHome(home: Home): () => void {
  const lock = join(home.path, 'lock.json');
  const mine = join(home.path, `lock.${process.pid}.json`);
  writeFileSync(mine, JSON.stringify(identify(process.pid)));
  try {
    if (!tryLink(mine, lock)) {
      refuseIfHeld(home, lock);
      removeStale(home, lock);
      if (!tryLink(mine, lock)) throw inUse(home, holder(lock));
    }
  } finally {
    rmSync(mine, { force: true });
  }
  return () => rmSync(lock, { force: true });
}

/** Whether a running process holds the home. */
export function isLocked(home: Home): boolean {
  const found = holder(join(home.path, 'lock.json'));
  return found !== undefined && isRunning(found);
}

/** Of two that found the same stale lock, the later may have moved the earlier's fresh one: it looks again. */
function removeStale(home: Home, lock: string): void {
  const aside = join(home.path, `lock.${process.pid}.stale.json`);
  renameSync(lock, aside);
  try {
    refuseIfHeld(home, aside);
  } catch (error) {
    tryLink(aside, lock);
    throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function refuseIfHeld(home: Home, lock: string): void {
  const found = holder(lock);
  if (found && isRunning(found)) throw inUse(home, found);
}

function inUse(home: Home, found: ProcessIdentity | undefined): HomeInUse {
  const whom = found ? ` by process ${found.pid}` : '';
  return new HomeInUse(
    `${home.path} is in use${whom}. Stop that one first, or start an independent installation beside it: STAMPEDE_HOME=.stampede-2 PORT=4100 npm start`,
  );
}

/** link(2) is atomic and refuses an existing name; the content is complete from the first moment on. */
function tryLink(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function holder(file: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessIdentity;
  } catch {
    return undefined;
  }
}

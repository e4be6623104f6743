import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Home } from '../home.ts';
import { isLocked } from '../processes/lock.ts';

/** What other commands need to know of a running platform. */
export interface PlatformState {
  gatewayUrl: string;
  emulatorsUrl: string;
  /** The administrator's, of the server. */
  adminDatabaseUrl: string;
  /** The administrator's, of the platform's database. */
  databaseUrl: string;
  databaseName: string;
  redisUrl: string;
  amqpUrl: string;
  namespace: string;
  accessTokenKeysFile: string;
  /** By service name. A service that crashed and came back has another pid. */
  services: Record<string, { url: string; pid: number }>;
  /** Of `npm start` itself. */
  pid: number;
}

/** Publishes the state of a platform that is ready. Only this user may read it: it holds passwords. */
export function writeState(home: Home, state: PlatformState): void {
  const file = stateFile(home);
  writeFileSync(`${file}.new`, JSON.stringify(state, null, 2), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

export function removeState(home: Home): void {
  rmSync(stateFile(home), { force: true });
}

/**
 * Reads the state of the platform that runs in a home.
 * @throws Error when none runs there, or it is not ready yet
 */
export function readState(home: Home): PlatformState {
  const state = isLocked(home) ? read(stateFile(home)) : undefined;
  if (!state)
    throw new Error(`No Stampede runs in ${home.path}, or it is not ready yet. Start it: npm start`);
  return state;
}

function read(file: string): PlatformState | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as PlatformState;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function stateFile(home: Home): string {
  return join(home.path, 'state.json');
}

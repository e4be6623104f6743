import { openDatabase, type Database } from '@stampede/shared/database';
import type { Log } from '@stampede/shared/telemetry';

/** Four that look after all sales when Redis has lost them, and one for a buyer who came first. */
const CONNECTIONS = 5;

/**
 * Where rebuilds read and write: connections of their own. Those who wait for a rebuild must not be what it waits for:
 * when Redis has gone back by a second, everybody who presses meets somebody else's hold in PostgreSQL, and takes every
 * connection that there is to find that out. To be closed.
 */
export const openRebuildDatabase = (store: { url: string; schema: string; log: Log }): Database =>
  openDatabase({ ...store, maxConnections: CONNECTIONS });

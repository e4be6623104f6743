import { openDatabase, type Database } from '@stampede/shared/database';
import type { Log } from '@stampede/shared/telemetry';

const CONNECTIONS = 5;
const LONGEST_MS = 1_000;

/**
 * Where lists are read: connections of their own, so that what anybody may look for keeps none from those who sell
 * and buy, and so little time that one which takes long is no way to keep PostgreSQL busy. To be closed.
 */
export const openLists = (
  store: { url: string; schema: string; log: Log },
  statementTimeoutMs = LONGEST_MS,
): Database => openDatabase({ ...store, maxConnections: CONNECTIONS, statementTimeoutMs });

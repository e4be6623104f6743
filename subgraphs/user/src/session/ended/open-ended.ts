import { openDatabase } from '@stampede/shared/database';
import type { Own } from '@stampede/shared/subgraph';
import type { Log } from '@stampede/shared/telemetry';
import { openRecentlyEnded } from './recently-ended.js';
import { tellGateways } from './tell-gateways.js';

/**
 * What gateways are told of sessions that end. It reads over a connection of its own, so that no crowd at the others
 * makes it late.
 *
 * @returns its routes, to be closed before whoever serves them.
 */
export function openEnded(
  store: { url: string; schema: string; log: Log },
  identitySecret: string,
  own: Own,
) {
  const { log } = store;
  const database = own(openDatabase({ ...store, maxConnections: 1 }));
  return tellGateways({ ended: own(openRecentlyEnded({ database, log })), identitySecret, log });
}

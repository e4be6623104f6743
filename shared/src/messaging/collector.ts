import { setTimeout as sleep } from 'node:timers/promises';
import type { Database, Transaction } from '../database/index.js';
import type { Log } from '../telemetry/index.js';
import { acknowledge, giveBack, passAcknowledged } from './answer.js';
import type { Consumer } from './consumer.js';
import { readDeadLetter, type DeadLetter } from './dead-letter.js';
import { openOutage } from '../background/index.js';
import { isWatched } from '../crash-points/index.js';
import type { Slots } from './slots.js';
import { deadLetterQueue } from './topology.js';
import { Abandoned, untilAvailable } from './until-available.js';

/** Writes a dead letter down; it may be told of the same one again, by a second delivery. */
export type KeepDeadLetter = (tx: Transaction, letter: DeadLetter) => Promise<void>;

export interface CollectorOptions {
  namespace: string;
  keep: KeepDeadLetter;
  database: Database;
  slot: Slots;
  log: Log;
}

/** A letter that cannot be kept has nowhere else to go: it stays in its queue, and is no hot loop. */
const WAIT_AFTER_FAILURE_MS = 5_000;

/** Moves the dead letters of all services from their queue into a table, where people can see them. */
export function openCollector({ namespace, keep, database, slot, log }: CollectorOptions): Consumer {
  const queue = deadLetterQueue(namespace);
  const name = queue.slice(namespace.length + 1);
  const outage = openOutage(log, `the collector of ${queue}`);
  return {
    queue,
    receive: async (channel, message, abandon) => {
      const delivery = { log, queue, name, channel, message };
      try {
        const letter = readDeadLetter(namespace, message);
        const store = () => database.transaction('keep-dead-letter', (tx) => keep(tx, letter));
        await untilAvailable(() => slot(store, abandon), abandon, outage);
        await acknowledge(delivery);
      } catch (error) {
        if (!(error instanceof Abandoned)) {
          log.error({ err: error, queue }, 'a dead letter could not be kept; it stays in its queue');
          // Cut short by the end of the channel or the process.
          await sleep(WAIT_AFTER_FAILURE_MS, undefined, { signal: abandon }).catch(() => undefined);
        }
        return giveBack(delivery);
      }
      if (isWatched()) await passAcknowledged(delivery);
    },
  };
}

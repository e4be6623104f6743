import { workOff, type Repetition } from '@stampede/shared/background';
import type { Database } from '@stampede/shared/database';
import type { Guard } from '@stampede/shared/redis';
import type { Log } from '@stampede/shared/telemetry';
import { forgetPeople, NOTHING_TO_SEND } from './forget-people.js';

const EVERY_MS = 60_000;
const BATCH = 100;
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';
/** Longer than a request of an account that was deleted meanwhile can still be under way, by a token of 15 minutes. */
const STILL_UNDER_WAY = '1 hour';

interface Parts {
  database: Database;
  guard: Pick<Guard, 'oncePer'>;
  log: Log;
}

/** Looks once a minute, in one replica, for what can be forgotten by now of accounts that are gone. */
export function forgetWhenEnded({ database, guard, log }: Parts, everyMs = EVERY_MS): Repetition {
  const stop = new AbortController();
  const rounds = workOff({ name: 'the forgetting of deleted accounts', pauseMs: everyMs, log }, async () => {
    await guard.oncePer('forget-accounts', everyMs, () => forgetEnded(database, { signal: stop.signal }));
    return 0;
  });
  return {
    close: () => {
      stop.abort();
      return rounds.close();
    },
  };
}

/**
 * Forgets of all deleted accounts, batch by batch, what is not needed any more. One of which nothing is left to forget,
 * and of which nothing can come any more, is not looked at again.
 *
 * @param batch accounts in a transaction.
 */
export async function forgetEnded(
  database: Database,
  { batch = BATCH, signal }: { batch?: number; signal?: AbortSignal } = {},
): Promise<void> {
  let after: string | undefined = BEFORE_ALL;
  while (after !== undefined && !signal?.aborted) after = await forgetBatch(database, after, batch);
}

/** @returns after whom to go on; undefined when those were the last. */
function forgetBatch(database: Database, after: string, batch: number): Promise<string | undefined> {
  return database.transaction('forget-deleted-accounts', async (tx) => {
    // Asked before anything is erased: an order that ends in between is not taken for one that was looked at.
    const accounts = await tx.query<{ id: string; settled: boolean }>(
      `SELECT id, deleted_at < now() - $3::interval AND NOT EXISTS (
           SELECT FROM orders WHERE buyer_id = deleted_account.id AND NOT ${NOTHING_TO_SEND}) AS settled
         FROM deleted_account WHERE erased_at IS NULL AND id > $1 ORDER BY id LIMIT $2`,
      [after, batch, STILL_UNDER_WAY],
    );
    const ids = accounts.map(({ id }) => id);
    if (ids.length > 0) await forgetPeople(tx, ids);
    const settled = accounts.filter((account) => account.settled).map(({ id }) => id);
    if (settled.length > 0) {
      await tx.run('UPDATE deleted_account SET erased_at = now() WHERE id = ANY($1)', [settled]);
    }
    return ids.length === batch ? ids.at(-1) : undefined;
  });
}

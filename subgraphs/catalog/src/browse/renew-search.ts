import { workOff, type Repetition } from '@stampede/shared/background';
import type { Database } from '@stampede/shared/database';
import type { Log } from '@stampede/shared/telemetry';
import { SEARCH_FORM, searchColumnsOf, type Findable } from './search-form.js';

/** A batch keeps its rows from being changed for some hundredths of a second. */
const BATCH = 100;
const PAUSE_MS = 1_000;
/** An older replica may store more in the older form, until it is replaced. */
const LONGEST_PAUSE_MS = 10 * 60_000;

/** What somebody has in hand is left to a later batch. */
const OLDER = `SELECT id, name, brands, description FROM product WHERE search_form < $1
  LIMIT ${BATCH} FOR NO KEY UPDATE SKIP LOCKED`;

const RENEW = `UPDATE product
  SET search_text = anew.search_text, name_form = anew.name_form, brand_keys = anew.brand_keys,
    search_form = anew.search_form
  FROM jsonb_to_recordset($1) AS anew (id uuid, search_text text, name_form text, brand_keys text[], search_form integer)
  WHERE product.id = anew.id`;

/**
 * Writes anew what some products are found by, of those that an older version of the form has written, or none. Newer
 * ones stay: while replicas are replaced, each would undo what the other did.
 *
 * @returns how many
 */
export const renewSearch = (database: Database): Promise<number> =>
  database.transaction('renew-search', async (tx) => {
    const older = await tx.query<Findable & { id: string }>(OLDER, [SEARCH_FORM]);
    if (older.length === 0) return 0;
    return tx.run(RENEW, [JSON.stringify(older.map((row) => ({ id: row.id, ...searchColumnsOf(row) })))]);
  });

/** Does so until none is left, and looks again now and then. */
export function openSearchRenewal({ database, log }: { database: Database; log: Log }): Repetition {
  let renewed = 0;
  const options = {
    name: 'the renewal of what products are found by',
    pauseMs: PAUSE_MS,
    longestPauseMs: LONGEST_PAUSE_MS,
    fullBatch: BATCH,
    log,
  };
  return workOff(options, async () => {
    const batch = await renewSearch(database);
    renewed += batch;
    if (batch < BATCH && renewed > 0) {
      log.info({ products: renewed }, 'products are found by the present form of words');
      renewed = 0;
    }
    return batch;
  });
}

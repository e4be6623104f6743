import { passing } from '@stampede/shared/crash-points';
import type { Database } from '@stampede/shared/database';
import { badInput, Unavailable } from '@stampede/shared/errors';
import type { SettingsParts } from '../change-settings.js';
import type { Product } from '../product.entity.js';
import { PRODUCT_COLUMNS, productOf, type ProductRow } from '../product-row.js';
import { readRestock, type DecidedRestock, type RestockWish } from './restock-wish.js';

export interface TakeBackParts extends SettingsParts {
  /** Has order rebuild a product; resolves when that is done. @throws Unavailable */
  askForRebuild: (productId: string) => Promise<void>;
}

/** Together with the last question's own deadline of 3 s it stays within the gateway's 10 s. */
const ASK_FOR_MS = 6_000;

/**
 * Takes unsold units back. How many are held is known exactly only in the midst of a rebuild, so the wish is written
 * down, a rebuild is asked for, and its step 3 decides (`decideRestocks`); the answer is what has been decided.
 *
 * When the rebuild cannot be had, the wish is withdrawn before the caller is told so: what has failed is not done
 * behind their back. A wish that could not be withdrawn (the database was away for that too, or this process died) is
 * decided by a rebuild of the next minute, or never; asked again with its key, it goes on where it stood.
 *
 * @throws IDEMPOTENCY_CONFLICT; BAD_USER_INPUT when fewer could be taken back; Unavailable
 */
export async function takeBackUnits(parts: TakeBackParts, wish: RestockWish): Promise<Product> {
  await passing('wish-to-take-back', 'commit', () => writeDown(parts.database, wish));
  const decided = await waitForDecision(parts, wish);
  if (decided.state === 'REFUSED') {
    const message = `asks for ${-wish.quantity} units back; ${decided.takeable} could be taken back.`;
    throw badInput({ path: 'quantity', message });
  }
  const [row] = await parts.database.query<ProductRow>(
    `SELECT ${PRODUCT_COLUMNS} FROM product WHERE id = $1`,
    [wish.productId],
  );
  if (!row) throw new Error(`product ${wish.productId} is gone`);
  return productOf(row);
}

async function waitForDecision(
  { database, askForRebuild }: TakeBackParts,
  wish: RestockWish,
): Promise<DecidedRestock> {
  const until = Date.now() + ASK_FOR_MS;
  try {
    for (;;) {
      const known = await readRestock(database, wish);
      if (known && known.state !== 'PENDING') return known;
      // Gone: another call of the same key has given up.
      if (!known || Date.now() > until) throw new Unavailable('a rebuild');
      // A rebuild that was under way may have passed its step 3 before the wish was written down: then once more.
      await askForRebuild(wish.productId);
    }
  } catch (error) {
    const decided = await passing('withdraw-wish', 'commit', () => withdraw(database, wish));
    if (decided) return decided;
    throw error;
  }
}

/** A wish that waits already is as good as new. */
async function writeDown(database: Database, wish: RestockWish): Promise<void> {
  await database.run(
    `INSERT INTO restock (product_id, idempotency_key, quantity, state) VALUES ($1, $2, $3, 'PENDING')
     ON CONFLICT (product_id, idempotency_key) DO UPDATE SET asked_at = now()
     WHERE restock.state = 'PENDING' AND restock.quantity = excluded.quantity`,
    [wish.productId, wish.key, wish.quantity],
  );
}

/** Withdraws a wish unless it has been decided. @returns what has been decided */
async function withdraw(database: Database, wish: RestockWish): Promise<DecidedRestock | undefined> {
  await database.run(
    `DELETE FROM restock
     WHERE product_id = $1 AND idempotency_key = $2 AND quantity = $3 AND state = 'PENDING'`,
    [wish.productId, wish.key, wish.quantity],
  );
  const known = await readRestock(database, wish);
  return known?.state === 'PENDING' ? undefined : known;
}

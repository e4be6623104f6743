import { badInput } from '@stampede/shared/errors';
import { changeSettingsAtOnce, type SettingsParts } from '../change-settings.js';
import type { Product } from '../product.entity.js';
import { MAX_TOTAL, readRestock, type RestockWish } from './restock-wish.js';

/**
 * Adds units to a product, once for each key: a sale that is sold out goes on with them.
 *
 * @throws IDEMPOTENCY_CONFLICT; BAD_USER_INPUT when there would be too many
 */
export function addUnits(parts: SettingsParts, wish: RestockWish): Promise<Product> {
  const { productId, key, quantity } = wish;
  return changeSettingsAtOnce(parts, { step: 'restock', productId }, async ({ settings: { total } }, tx) => {
    // Wishes for one product come here one at a time: its row is locked.
    if (await readRestock(tx, wish)) return undefined;
    if (total + quantity > MAX_TOTAL) {
      throw badInput({
        path: 'quantity',
        message: `adds more than the ${MAX_TOTAL - total} that a product of ${MAX_TOTAL} units has room for.`,
      });
    }
    await tx.run(
      `INSERT INTO restock (product_id, idempotency_key, quantity, state, decided_at)
       VALUES ($1, $2, $3, 'DONE', now())`,
      [productId, key, quantity],
    );
    return { total: total + quantity };
  });
}

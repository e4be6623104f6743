import { badInput } from '@stampede/shared/errors';
import type { Inventory } from '@stampede/shared/inventory';
import { isOfNoCategory } from '../categories/is-of-no-category.js';
import { changeSettingsAtOnce, type SettingsParts } from '../change-settings.js';
import { columnsOf, findable, type Told } from '../create-product/product-columns.js';
import { refuse } from '../create-product/product-rules.js';
import type { Product } from '../product.entity.js';
import { readSaleClock } from '../sale-clock.js';
import { problemsOfNewTimes, whatDiffers } from './check-patch.js';
import { dated, problemsOfFreeze } from './freeze.js';

export type UpdateParts = SettingsParts & { inventory: Pick<Inventory, 'now'> };

/**
 * Changes a product, at once and everywhere. What is decided about it is decided with its row locked, by the clock
 * of then: two patches at once both apply, and none that waited slips in after the freeze.
 *
 * @param patch each field checked by itself
 * @throws BAD_USER_INPUT for what does not go together, is frozen, or names no category
 */
export async function updateProduct(parts: UpdateParts, productId: string, patch: Told): Promise<Product> {
  const columns = columnsOf(patch);
  const clock = await readSaleClock(parts.inventory);
  try {
    return await changeSettingsAtOnce(parts, { step: 'update-product', productId }, async (_, tx, row) => {
      const change = whatDiffers(row, columns);
      if (Object.keys(change).length === 0) return undefined;
      const now = await clock.atMost(tx);
      refuse('patch', [...problemsOfNewTimes(row, change, now), ...problemsOfFreeze(row, change, now)]);
      return dated(findable(change, row), now);
    });
  } catch (error) {
    if (!isOfNoCategory(error)) throw error;
    throw badInput({ path: 'patch.categoryId', message: 'names no category.' });
  }
}

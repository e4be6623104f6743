import type { Transaction } from '@stampede/shared/database';
import { storeSettings } from '../change-settings.js';
import type { Product } from '../product.entity.js';

/** Whoever asked has long been told that it failed, or is gone: see `takeBackUnits`. */
const FORGET = `DELETE FROM restock
  WHERE product_id = $1 AND state = 'PENDING' AND asked_at < now() - interval '1 minute'`;

/** Locked, so that none is withdrawn while it is decided. */
const PENDING = `SELECT id, quantity FROM restock
  WHERE product_id = $1 AND state = 'PENDING' ORDER BY id FOR UPDATE`;

/**
 * Decides every wish to take units of a product back, first come first served: granted while neither a sold unit
 * nor a held one is among them. Runs in step 3 of a rebuild, under its exclusive lock.
 *
 * @param unconfirmed what standing orders hold, as far as order knows.
 * @returns the product as it stands then, which is what the rebuild loads.
 */
export async function decideRestocks(
  tx: Transaction,
  product: Product,
  unconfirmed: readonly { orderId: string; quantity: number }[],
): Promise<Product> {
  const { id: productId, sold } = product;
  const { total } = product.settings;
  await tx.run(FORGET, [productId]);
  const wishes = await tx.query<{ id: number; quantity: number }>(PENDING, [productId]);
  if (wishes.length === 0) return product;

  const unsold = total - sold - (await countHeld(tx, unconfirmed));
  let left = unsold;
  for (const { id, quantity } of wishes) {
    const granted = -quantity <= left;
    if (granted) left += quantity;
    await tx.run('UPDATE restock SET state = $2, takeable = $3, decided_at = now() WHERE id = $1', [
      id,
      granted ? 'DONE' : 'REFUSED',
      // Below zero while more is held than exists: after Redis forgot, until what cannot be sold is refunded.
      granted ? null : Math.max(0, left),
    ]);
  }
  return left === unsold ? product : storeSettings(tx, productId, { total: total - (unsold - left) });
}

/** Units held: of unconfirmed orders, but for those that are sold here, or have been taken back already. */
async function countHeld(
  tx: Transaction,
  unconfirmed: readonly { orderId: string; quantity: number }[],
): Promise<number> {
  const rows = await tx.query<{ order_id: string }>(
    `SELECT order_id FROM stock_order WHERE order_id = ANY($1) AND status IN ('COMMITTED', 'RETURNED')`,
    [unconfirmed.map(({ orderId }) => orderId)],
  );
  const settled = new Set(rows.map(({ order_id }) => order_id));
  return unconfirmed
    .filter(({ orderId }) => !settled.has(orderId))
    .reduce((sum, { quantity }) => sum + quantity, 0);
}

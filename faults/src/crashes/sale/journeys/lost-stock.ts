import { openInventory } from '@stampede/shared/inventory';
import { randomUUID } from 'node:crypto';
import type { Stage } from '../stage.js';
import { untilSo } from '../until-answered.js';

/** Redis forgets a product amid its sale: it is rebuilt, with the holds that there were. */
export async function forgetProduct({ shop, customer, createProduct }: Stage): Promise<void> {
  const productId = await createProduct({ name: 'Forgotten', stock: 5, limitPerBuyer: 2 });
  const lines = [{ productId, quantity: 1 }];
  const holder = customer();
  const held = await holder.places(lines);
  await forget(shop, productId);
  await customer().buys(lines);
  await holder.pays(held);
  await holder.sees(held, 'CONFIRMED');
}

/** A checkout that has died between its hold and its order: the unit is sold to somebody else. */
export async function leaveOrphan({ shop, customer, createProduct }: Stage): Promise<void> {
  const productId = await createProduct({ name: 'Orphaned', stock: 1 });
  const inventory = openInventory(shop.redis, shop.namespace);
  const orderId = randomUUID();
  await untilSo('the product is on sale', async () => {
    const held = await inventory.reserve({
      productId,
      orderId,
      buyerId: randomUUID(),
      quantity: 1,
      digest: 'basket',
      minEpoch: 0,
    });
    return held.kind === 'held' ? true : undefined;
  });
  // An orphan is one after ten seconds.
  const key = `${shop.namespace}:{p:${productId}}:orders`;
  const entry = await shop.redis.hget(key, orderId);
  const older = entry?.replace(/\d+$/, (heldAt) => String(Number(heldAt) - 10_000));
  // A rebuild, after a crash, may have been quicker.
  if (older !== undefined) await shop.redis.hset(key, orderId, older);
  const one = customer();
  const bought = await untilSo('the orphan is given back', async () => {
    const answer = await one.checkout([{ productId, quantity: 1 }]);
    return answer.__typename === 'Order' ? String(answer.id) : undefined;
  });
  await one.pays(bought);
  await one.sees(bought, 'CONFIRMED');
}

/** More is paid than there is: the last guard refuses the stock, and the money goes back. */
export async function sellTooMany({ shop, customer, createProduct }: Stage): Promise<void> {
  const productId = await createProduct({ name: 'Oversold', stock: 2 });
  const lines = [{ productId, quantity: 1 }];
  const one = customer();
  const other = customer();
  const orders = [await one.places(lines), await other.places(lines)] as const;
  // As if Redis had forgotten what it sold last.
  await shop.sql('catalog').run('UPDATE product SET total = 1 WHERE id = $1', [productId]);
  await one.pays(orders[0]);
  await one.sees(orders[0], 'CONFIRMED');
  await other.pays(orders[1], 'TOSS_PAYMENTS');
  await other.sees(orders[1], 'CANCELLED');
  await untilSo('the units of the refused order are back', async () => {
    const waiting = `SELECT FROM stock_effect WHERE product_id = $1`;
    return (await shop.sql('order').run(waiting, [productId])) === 0 ? true : undefined;
  });
  await forget(shop, productId);
  await customer().checkout(lines);
}

async function forget({ redis, namespace }: Stage['shop'], productId: string): Promise<void> {
  await redis.unlink(['stock', 'orders', 'buyers'].map((name) => `${namespace}:{p:${productId}}:${name}`));
}

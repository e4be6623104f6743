import { expect, test } from '@jest/globals';
import { openTestDatabase } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { onProductChanged } from '../src/listing/on-product-changed.js';

const MIGRATIONS = fileURLToPath(new URL('../migrations', import.meta.url));
const sellerId = randomUUID();
const refundPolicy = { usedOn: null, tiers: [{ daysBefore: 0, percent: 50 }] };

test('product.changed meets no listing, an older, the same and a newer one', async () => {
  await using house = await openTestDatabase('order', MIGRATIONS);
  const { database } = house;
  const warmed: string[] = [];
  const handler = onProductChanged((productId) => warmed.push(productId));
  const hears = (productId: string, version: number, name: string) =>
    database.transaction('test', (tx) =>
      handler.handle(
        tx,
        { productId, sellerId, name, unitPrice: version * 1_000, refundPolicy, version },
        { messageId: randomUUID(), attempts: 0 },
      ),
    );
  const listing = async (productId: string) =>
    (await database.query('SELECT * FROM listing WHERE product_id = $1', [productId]))[0];

  const known = [
    ['no listing', undefined, true],
    // A rebuild has raised the epoch, and catalog has not told the rest.
    ['an epoch only', 0, true],
    ['an older one', 4, true],
    ['the same', 5, false],
    ['a newer one', 6, false],
  ] as const;
  for (const [what, version, changes] of known) {
    const productId = randomUUID();
    if (version === 0)
      await database.run('INSERT INTO listing (product_id, epoch) VALUES ($1, 7)', [productId]);
    if (version) {
      await hears(productId, version, what);
      await database.run('UPDATE listing SET epoch = 7 WHERE product_id = $1', [productId]);
    }
    const before = await listing(productId);
    await hears(productId, 5, 'told');
    const told = {
      version: 5,
      seller_id: sellerId,
      name: 'told',
      unit_price: 5_000,
      refund_policy: refundPolicy,
    };
    const epoch = version === undefined ? 0 : 7;
    expect(await listing(productId)).toEqual(changes ? { product_id: productId, epoch, ...told } : before);
    expect(warmed.at(-1)).toBe(productId);
  }
  expect(warmed).toHaveLength(8);
});

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openShop, type Shop } from '@stampede/shared/testing';
import { until } from './fixtures/house.js';
import { openClient } from './fixtures/live/clients.js';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ stock: 5, limitPerBuyer: 2 });
});
afterAll(() => shop[Symbol.asyncDispose]());

test('shows the units fall to everybody while a buyer orders, with the seller from another subgraph', async () => {
  await using client = openClient(`${shop.gatewayUrl.replace('http', 'ws')}/graphql`);
  const query = `subscription ($ids: [ID!]!) {
    stockChanged(productIds: $ids) { id stock { available held } seller { displayName } }
  }`;
  const watching = client.watch(query, { ids: [shop.product.id] });
  const stockOf = (result: unknown) =>
    (result as { data: { stockChanged: { stock: object; seller: { displayName: string } } } }).data
      .stockChanged;
  const first = stockOf(await watching.after(1));
  expect(first.stock).toEqual({ available: 5, held: 0 });
  expect(first.seller.displayName).toEqual(expect.any(String));

  const buyer = await shop.buyer();
  await buyer.places([{ productId: shop.product.id, quantity: 2 }]);
  await until(() => JSON.stringify(watching.results.at(-1)).includes('"available":3'));
  expect(stockOf(watching.results.at(-1))).toMatchObject({
    stock: { available: 3, held: 2 },
    seller: first.seller,
  });

  const many = client.watch(query, { ids: Array.from({ length: 10_000 }, () => crypto.randomUUID()) });
  await until(() => many.ended !== undefined);
  expect(many.ended).toMatchObject({ error: [{ extensions: { code: expect.any(String) } }] });
  const costly = client.watch(
    'subscription { stockChanged(productIds: []) { id offers { price { amount } } } }',
  );
  await until(() => costly.ended !== undefined);
  expect(costly.ended).toMatchObject({ error: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }] });
});

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { until } from './fixtures/house.js';
import { openClient } from './fixtures/live/clients.js';
import { openLiveShop, type LiveShop } from './fixtures/live/live-shop.js';

let shop: LiveShop;
beforeAll(async () => {
  shop = await openLiveShop();
});
afterAll(() => shop.close());

const WATCH = 'subscription Watch($ids: [ID!]!) { stockChanged(productIds: $ids) { id available } }';

test('sends the value at once, and again on each change', async () => {
  shop.shelves.set('p1', 5);
  await using client = openClient(shop.socketUrl);
  const watching = client.watch(WATCH, { ids: ['p1'] });
  expect(await watching.after(1)).toEqual({ data: { stockChanged: { id: 'p1', available: 5 } } });
  shop.shelves.set('p1', 4);
  expect(await watching.after(2)).toEqual({ data: { stockChanged: { id: 'p1', available: 4 } } });
  watching.stop();
  await until(() => shop.shelves.watching() === 0);
});

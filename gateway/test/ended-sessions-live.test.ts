import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createClient as createSseClient } from 'graphql-sse';
import { until } from './fixtures/house.js';
import { openClient } from './fixtures/live/clients.js';
import { openLiveShop, type LiveShop } from './fixtures/live/live-shop.js';

let shop: LiveShop;
beforeAll(async () => {
  shop = await openLiveShop();
});
afterAll(() => shop.close());

const STOCK = 'subscription { stockChanged(productIds: ["p1"]) { id available } }';
const bearerOf = async (sid: string) => ({
  authorization: `Bearer ${await shop.issuer.token({ claims: { sid } })}`,
});

test('ends the event streams of a session that has ended, and no others', async () => {
  const [mine, theirs] = [await bearerOf('e1'), await bearerOf('e2')];
  const watch = (headers: Record<string, string>) => {
    const results: unknown[] = [];
    let over = false;
    const client = createSseClient({ url: `${shop.url}/graphql`, headers, retryAttempts: 0 });
    const stop = client.subscribe(
      { query: STOCK },
      { next: (result) => results.push(result), error: () => (over = true), complete: () => (over = true) },
    );
    return { results, isOver: () => over, stop };
  };
  const [one, other] = [watch(mine), watch(theirs)];
  await until(() => one.results.length === 1 && other.results.length === 1);
  shop.endings.end('e1');
  await until(() => one.isOver());
  expect(one.results.at(-1)).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  shop.shelves.set('p1', 1);
  await until(() => other.results.length === 2);
  expect(other.isOver()).toBe(false);
  other.stop();
});

test('closes the socket on which a session that has ended follows anything', async () => {
  await using mine = openClient(shop.socketUrl, { connectionParams: await bearerOf('w1') });
  await using theirs = openClient(shop.socketUrl, { connectionParams: await bearerOf('w2') });
  const [one, other] = [mine.watch(STOCK), theirs.watch(STOCK)];
  await Promise.all([one.after(1), other.after(1)]);
  shop.endings.end('w1');
  await until(() => mine.connections.closes.length === 1);
  expect(mine.connections.closes).toEqual([4403]);
  shop.shelves.set('p1', 7);
  await other.after(2);
  expect(theirs.connections.closes).toEqual([]);
});

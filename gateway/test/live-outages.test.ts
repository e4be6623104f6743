import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { until } from './fixtures/house.js';
import { openClient, openRaw } from './fixtures/live/clients.js';
import { openLiveShop, type LiveShop } from './fixtures/live/live-shop.js';

let shop: LiveShop;
beforeAll(async () => {
  shop = await openLiveShop();
});
afterAll(() => shop.close());

const watchOf = (id: string) => `subscription { stockChanged(productIds: ["${id}"]) { id available } }`;

test('goes on, without the viewers coming again, when a subgraph is lost and found', async () => {
  await using client = openClient(shop.socketUrl);
  shop.shelves.set('p1', 3);
  const one = client.watch(watchOf('p1'));
  const two = client.watch(watchOf('p2'));
  await Promise.all([one.after(1), two.after(1)]);
  await shop.shop.stop();
  await until(() => shop.shelves.watching() === 0);
  shop.shelves.set('p1', 2);
  const late = client.watch(watchOf('p1'));
  await shop.shop.start();
  expect(await one.after(2)).toEqual({ data: { stockChanged: { id: 'p1', available: 2 } } });
  await two.after(2);
  await late.after(1);
  expect(late.results).toEqual([{ data: { stockChanged: { id: 'p1', available: 2 } } }]);
  shop.shelves.set('p1', 1);
  expect(await one.after(3)).toEqual({ data: { stockChanged: { id: 'p1', available: 1 } } });
  expect(client.connections).toEqual({ count: 1, closes: [] });
});

test('leaves null, with an error, what a subgraph that is away would say, until it is there again', async () => {
  await using client = openClient(shop.socketUrl);
  const watching = client.watch(
    'subscription { stockChanged(productIds: ["p3"]) { available seller { name } } }',
  );
  await watching.after(1);
  await shop.user.stop();
  shop.shelves.set('p3', 4);
  expect(await watching.after(2)).toEqual({
    data: { stockChanged: { available: 4, seller: { name: null } } },
    errors: [
      {
        message: 'This is not available at the moment. Please try again shortly.',
        path: ['stockChanged', 'seller'],
        extensions: { code: 'SERVICE_UNAVAILABLE', retryAfterMs: 1_000 },
      },
    ],
  });
  await shop.user.start();
  // Nothing changes: there is no other event that would put it right.
  expect(await watching.after(3)).toEqual({
    data: { stockChanged: { available: 4, seller: { name: 'user s1' } } },
  });
});

test('says so when a subgraph is not there at the beginning', async () => {
  await using hasty = await openLiveShop({ SUBGRAPH_DEADLINE_MS: '2000' });
  await using client = openClient(hasty.socketUrl);
  await hasty.shop.stop();
  const watching = client.watch(watchOf('p4'));
  await until(() => watching.ended !== undefined);
  expect(watching.ended).toMatchObject({ error: [{ extensions: { code: 'SERVICE_UNAVAILABLE' } }] });
  expect(await hasty.metric('live_upstreams')).toBe(0);
  await hasty.shop.start();
  await client.watch(watchOf('p4')).after(1);
});

test('goes over to another supergraph under its viewers', async () => {
  await using client = openClient(shop.socketUrl);
  const unchanged = client.watch(watchOf('n1'));
  const moved = client.watch(
    'subscription { stockChanged(productIds: ["n1"]) { available seller { name } } }',
  );
  const order = client.watch('subscription { orderChanged(id: "n1") { product { note } } }');
  await Promise.all([unchanged.after(1), order.after(1)]);
  expect(await moved.after(1)).toMatchObject({ data: { stockChanged: { seller: { name: 'user s1' } } } });
  const before = shop.shelves.opened.length;

  // Products' sellers are told by the other subgraph now, and notes are gone.
  shop.compose((sdl, name) =>
    name === 'shop' ? sdl.replace(/^ +seller: User .*$/m, '').replace('note: String', '') : sdl,
  );
  expect(await moved.after(2)).toMatchObject({
    data: { stockChanged: { seller: { name: 'user of-user' } } },
  });
  await until(() => order.ended !== undefined);
  expect(order.ended).toMatchObject({
    error: [
      {
        message: 'Cannot query field "note" on type "Product".',
        extensions: { code: 'GRAPHQL_VALIDATION_FAILED' },
      },
    ],
  });
  shop.shelves.set('n1', 7);
  expect(await unchanged.after(2)).toMatchObject({ data: { stockChanged: { available: 7 } } });
  expect(shop.shelves.opened.length).toBe(before + 1);
  expect(client.connections).toEqual({ count: 1, closes: [] });

  // What was everybody's is not any more: it cannot go on as the gateway's own.
  shop.compose((sdl) => sdl.replace('Product! @tag(name: "public")', 'Product!'));
  await until(() => unchanged.ended !== undefined && moved.ended !== undefined);
  expect(unchanged.ended).toMatchObject({ error: [{ extensions: { code: 'SERVICE_UNAVAILABLE' } }] });
  const asOneself = client.watch(watchOf('n1'));
  await asOneself.after(1);
  expect(shop.shelves.opened.at(-1)?.identity).toEqual({ kind: 'anonymous' });
  shop.compose();
  await until(() => asOneself.ended !== undefined);
});

test('stays with its supergraph when the file is broken or gone', async () => {
  await using client = openClient(shop.socketUrl);
  const watching = client.watch(watchOf('b1'));
  await watching.after(1);
  const before = shop.shelves.opened.length;
  writeFileSync(shop.file, 'type Query { broken');
  writeFileSync(shop.file, 'type Query { isNoSupergraph: Int }');
  expect((await shop.ask('{ whoAmI }')).status).toBe(200);
  shop.shelves.set('b1', 1);
  await watching.after(2);
  shop.compose();
  await client.watch(watchOf('b2')).after(1);
  expect(shop.shelves.opened.length).toBe(before + 1);
});

test('answers what is in flight when it stops, then sends its clients elsewhere', async () => {
  await using stopping = await openLiveShop();
  await using raw = await openRaw(stopping.socketUrl);
  await using deaf = await openRaw(stopping.socketUrl);
  await raw.init();
  await deaf.init();
  raw.subscribe('watch', watchOf('p1'));
  raw.subscribe('held', '{ held }');
  await until(() => raw.of('watch').length === 1 && stopping.shelves.gate.reached === 1);
  deaf.socket.pause();
  const closed = stopping.closeGateway();
  await until(() => stopping.shelves.watching() === 0);
  stopping.shelves.gate.open();
  expect(await raw.closed()).toEqual({ code: 1001, reason: 'Going away' });
  // A subscription that is told of no end is begun again by clients, at another process.
  expect(raw.of('watch')).toHaveLength(1);
  expect(raw.of('held')).toMatchObject([{ payload: { data: { held: 'let go' } } }, { type: 'complete' }]);
  await closed;
});

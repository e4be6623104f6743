import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@stampede/shared/testing';
import { openStock, requestOf } from './inventory-fixture.js';

const stock = openStock();
const { inventory, redis, namespace } = stock;
const listener = redis.duplicate();
const heard: string[] = [];
beforeAll(async () => {
  listener.on('message', (_channel, productId: string) => heard.push(productId));
  await listener.subscribe(`${namespace}:changed:stock`);
});
afterAll(async () => {
  await listener.quit();
  await stock[Symbol.asyncDispose]();
});

/** Which products are announced while `action` is done. */
async function announcedBy(action: () => Promise<unknown>): Promise<string[]> {
  // Whatever was published before this has come before it.
  await redis.publish(`${namespace}:changed:stock`, 'begin');
  await eventually(() => expect(heard).toContain('begin'));
  heard.length = 0;
  await action();
  await redis.publish(`${namespace}:changed:stock`, 'end');
  await eventually(() => expect(heard).toContain('end'));
  return heard.slice(0, -1);
}

const settingsOf = (version: number) => ({
  version,
  opensAt: 0,
  closesAt: null,
  limitPerBuyer: 2,
  holdMinutes: 30,
  paused: false,
  termsVersion: 1,
  total: 10,
});

test('every script that changed a product announces it, once; refusals, probes and repeats do not', async () => {
  const product = await stock.load();
  const request = requestOf(product);
  const once = [product];
  expect(await announcedBy(() => stock.load({ productId: product, epoch: 2 }))).toEqual(once);
  expect(await announcedBy(() => inventory.probe(request))).toEqual([]);
  expect(await announcedBy(() => inventory.reserve(request))).toEqual(once);
  expect(await announcedBy(() => inventory.reserve(request))).toEqual([]);
  expect(await announcedBy(() => inventory.reserve(requestOf(product, { quantity: 3 })))).toEqual([]);

  const [sold, undone, ended] = [
    await stock.hold(product),
    await stock.hold(product),
    await stock.hold(product),
  ];
  for (const [step, hold] of [
    [() => inventory.commit(sold), sold],
    [() => inventory.release('undo', undone), undone],
    [() => inventory.release('end', ended), ended],
    [() => inventory.release('return', sold), sold],
  ] as const) {
    expect(await announcedBy(step)).toEqual([hold.productId]);
    expect(await announcedBy(step)).toEqual([]);
  }
  expect(await announcedBy(() => inventory.release('end', sold))).toEqual([]);

  expect(await announcedBy(() => inventory.changeSettings(product, 2, settingsOf(5)))).toEqual(once);
  expect(await announcedBy(() => inventory.changeSettings(product, 2, settingsOf(4)))).toEqual([]);
  expect(await announcedBy(() => inventory.changeSettings(product, 3, settingsOf(6)))).toEqual([]);
});

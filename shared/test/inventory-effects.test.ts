import { afterAll, expect, test } from '@jest/globals';
import { openStock, requestOf } from './inventory-fixture.js';

const stock = openStock();
const { inventory } = stock;
afterAll(() => stock[Symbol.asyncDispose]());

type Step = 'commit' | 'undo' | 'end' | 'return';
type Hold = Awaited<ReturnType<typeof stock.hold>>;

const apply = (step: Step, hold: Hold) =>
  step === 'commit' ? inventory.commit(hold) : inventory.release(step, hold);

// One unit of two is held; then these arrive, in this order.
const ARRIVALS: [Step[], 'gone' | 'ended' | 'sold'][] = [
  [['commit'], 'sold'],
  [['undo'], 'gone'],
  [['end'], 'ended'],
  [['return'], 'ended'],
  [['commit', 'undo'], 'sold'],
  [['commit', 'end'], 'sold'],
  [['commit', 'return'], 'ended'],
  [['return', 'commit'], 'ended'],
  [['end', 'commit'], 'ended'],
  [['end', 'undo'], 'ended'],
  [['end', 'return'], 'ended'],
  [['undo', 'end'], 'gone'],
  [['undo', 'return'], 'gone'],
  [['commit', 'end', 'return'], 'ended'],
  [['end', 'return', 'commit'], 'ended'],
  [['return', 'end', 'commit'], 'ended'],
];

test.each(ARRIVALS)('%j, each sent twice, leaves the hold %s', async (steps, expected) => {
  const product = await stock.load({ total: 2 });
  const hold = await stock.hold(product);
  for (const step of steps) {
    expect(await apply(step, hold)).toBe('DONE');
    expect(await apply(step, hold)).toBe('DONE');
  }
  const state = (await stock.entries(product)).get(hold.orderId)?.state ?? 'gone';
  expect(state).toBe(expected);
  const sold = expected === 'sold' ? 1 : 0;
  expect(await stock.counts(product)).toEqual({ total: 2, available: 2 - sold, held: 0, sold });
  expect(Object.values(await stock.buyers(product))).toEqual(sold ? [1] : []);
});

test('an undone id may be held anew, under another name; an ended one may not', async () => {
  const product = await stock.load();
  const request = requestOf(product);
  const first = await stock.hold(product, request);
  await inventory.release('undo', first);
  expect(await inventory.reserve(request)).toMatchObject({ kind: 'held', epoch: 1, serial: 2 });
  const second = { ...first, hold: { epoch: 1, serial: 2 } };
  await inventory.release('end', second);
  expect(await inventory.reserve(request)).toMatchObject({ kind: 'known', state: 'ended', serial: 2 });
});

test.each(['undo', 'end', 'return'] as const)('%s of another name touches nothing', async (kind) => {
  const product = await stock.load();
  const hold = await stock.hold(product);
  const { epoch, serial } = hold.hold;
  const strangers = [
    { epoch, serial: serial + 1 },
    { epoch: epoch + 1, serial },
    { epoch: epoch - 1, serial },
  ];
  for (const name of strangers) expect(await inventory.release(kind, { ...hold, hold: name })).toBe('DONE');
  const unknown = requestOf(product).orderId;
  expect(await inventory.release(kind, { ...hold, orderId: unknown })).toBe('DONE');
  expect((await stock.entries(product)).get(hold.orderId)?.state).toBe('held');
  expect(await stock.counts(product)).toMatchObject({ available: 9, held: 1 });
});

test('a commit of a hold that Redis has forgotten says so in its own epoch, and is done in a later one', async () => {
  const product = await stock.load({ epoch: 5 });
  const { orderId } = requestOf(product);
  const commit = (effectEpoch: number) =>
    inventory.commit({ productId: product, effectEpoch, orderId, hold: { epoch: 4, serial: 9 } });
  expect(await commit(5)).toBe('FORGOTTEN');
  expect(await commit(4)).toBe('DONE');
  expect(await commit(6)).toBe('COLD');
  expect(await stock.counts(product)).toEqual({ total: 10, available: 10, held: 0, sold: 0 });
});

test('an effect of an epoch that is not loaded yet waits', async () => {
  const product = await stock.load({ epoch: 5 });
  const hold = { ...(await stock.hold(product)), effectEpoch: 6 };
  for (const step of ['commit', 'undo', 'end', 'return'] as const) {
    expect(await apply(step, hold)).toBe('COLD');
  }
  expect(await stock.counts(product)).toMatchObject({ available: 9, held: 1, sold: 0 });
});

test('of settings the newest version wins, in whatever order they come', async () => {
  const settings = (version: number) => ({
    version,
    opensAt: 1_000 * version,
    closesAt: version === 2 ? null : 900_000 + version,
    limitPerBuyer: version,
    holdMinutes: 10 * version,
    paused: version % 2 === 1,
    termsVersion: version - 1,
    total: 10 * version,
  });
  const orders = [
    [2, 3, 4],
    [4, 3, 2],
    [3, 4, 2, 4],
  ];
  for (const order of orders) {
    const product = await stock.load();
    for (const version of order) {
      expect(await inventory.changeSettings(product, 1, settings(version))).toBe('DONE');
    }
    const [reading] = await inventory.read([product]);
    expect(reading?.settings).toEqual(settings(4));
    expect(await stock.counts(product)).toEqual({ total: 40, available: 40, held: 0, sold: 0 });
  }
  const product = await stock.load();
  await inventory.changeSettings(product, 1, settings(2));
  expect((await inventory.read([product]))[0]?.settings).toEqual(settings(2));
  expect(await inventory.changeSettings(product, 2, settings(3))).toBe('COLD');
});

test('what a sale’s total gains is available, whatever is held and sold, and what it loses is not', async () => {
  const product = await stock.load({ total: 3 });
  const sold = await stock.hold(product);
  await stock.hold(product);
  await inventory.commit(sold);
  const settings = {
    opensAt: 0,
    closesAt: null,
    limitPerBuyer: 2,
    holdMinutes: 30,
    paused: false,
    termsVersion: 1,
  };
  expect(await inventory.changeSettings(product, 1, { ...settings, version: 2, total: 8 })).toBe('DONE');
  expect(await stock.counts(product)).toEqual({ total: 8, available: 6, held: 1, sold: 1 });
  expect(await inventory.changeSettings(product, 1, { ...settings, version: 3, total: 5 })).toBe('DONE');
  expect(await stock.counts(product)).toEqual({ total: 5, available: 3, held: 1, sold: 1 });
  expect((await inventory.read([product]))[0]?.settings.total).toBe(5);
});

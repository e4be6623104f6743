import { afterAll, expect, test } from '@jest/globals';
import { openStock, requestOf } from './inventory-fixture.js';

const stock = openStock();
const { inventory, redis } = stock;
afterAll(() => stock[Symbol.asyncDispose]());

const MODES = ['probe', 'reserve'] as const;

test('a probe that would win holds nothing; a reservation holds and says until when', async () => {
  const product = await stock.load({ epoch: 7, settings: { holdMinutes: 30 } });
  const request = requestOf(product, { quantity: 2 });
  expect(await inventory.probe(request)).toEqual({ kind: 'free' });
  expect(await stock.counts(product)).toEqual({ total: 10, available: 10, held: 0, sold: 0 });

  const before = await inventory.now();
  const answer = await inventory.reserve(request);
  const after = await inventory.now();
  expect(answer).toMatchObject({ kind: 'held', epoch: 7, serial: 1, terms: 1 });
  const payBy = 'payBy' in answer ? answer.payBy.getTime() : 0;
  expect(payBy).toBeGreaterThanOrEqual(before + 30 * 60_000);
  expect(payBy).toBeLessThanOrEqual(after + 30 * 60_000);
  expect(await stock.counts(product)).toEqual({ total: 10, available: 8, held: 2, sold: 0 });
  expect(await stock.buyers(product)).toEqual({ [request.buyerId]: 2 });
});

test('the same id and basket is known, in whatever state, and holds nothing more', async () => {
  const product = await stock.load({ settings: { limitPerBuyer: 10 } });
  const request = requestOf(product);
  const held = await inventory.reserve(request);
  if (held.kind !== 'held') throw new Error(held.kind);
  const { epoch, serial, payBy, terms } = held;
  const hold = { productId: product, effectEpoch: epoch, orderId: request.orderId, hold: { epoch, serial } };
  const expectKnown = async (state: string) => {
    for (const mode of MODES) {
      expect(await inventory[mode](request)).toEqual({ kind: 'known', state, epoch, serial, payBy, terms });
    }
  };
  await expectKnown('held');
  await inventory.commit(hold);
  await expectKnown('sold');
  await inventory.release('return', hold);
  await expectKnown('ended');
  expect(await stock.counts(product)).toEqual({ total: 10, available: 10, held: 0, sold: 0 });
});

test('the same id with another basket is a conflict', async () => {
  const product = await stock.load();
  const { orderId } = await stock.hold(product, { digest: 'one' });
  for (const mode of MODES) {
    const answer = await inventory[mode](requestOf(product, { orderId, digest: 'other' }));
    expect(answer).toEqual({ kind: 'conflict' });
  }
  expect(await stock.counts(product)).toMatchObject({ available: 9, held: 1 });
});

test.each([0, 1, 2])(
  'without its hash number %i, or with one of another epoch, a product is cold',
  async (at) => {
    const field = at === 0 ? 'epoch' : '#';
    const damages = [
      (key: string) => redis.del(key),
      (key: string) => redis.hset(key, field, 3),
      (key: string) => redis.hdel(key, field),
    ];
    for (const damage of damages) {
      const product = await stock.load({ epoch: 2 });
      const known = requestOf(product);
      const hold = await stock.hold(product, known);
      await damage(stock.keys(product)[at]!);
      for (const request of [known, requestOf(product)]) {
        expect(await inventory.probe(request)).toEqual({ kind: 'cold' });
        expect(await inventory.reserve(request)).toEqual({ kind: 'cold' });
      }
      expect(await inventory.commit(hold)).toBe('COLD');
      expect(await inventory.release('end', hold)).toBe('COLD');
      const settings = {
        version: 9,
        opensAt: 0,
        closesAt: null,
        limitPerBuyer: 1,
        holdMinutes: 1,
        paused: false,
        termsVersion: 1,
        total: 10,
      };
      expect(await inventory.changeSettings(product, 2, settings)).toBe('COLD');
    }
  },
);

test('a hash that is older than the caller accepts is cold, for a known id as well', async () => {
  const product = await stock.load({ epoch: 4 });
  const request = requestOf(product);
  await inventory.reserve(request);
  expect(await inventory.reserve({ ...request, minEpoch: 5 })).toEqual({ kind: 'cold' });
  expect(await inventory.reserve({ ...request, minEpoch: 4 })).toMatchObject({ kind: 'known' });
});

test('says known before phase, phase before limit, limit before stock', async () => {
  const product = await stock.load({ total: 2, settings: { limitPerBuyer: 2 } });
  const request = requestOf(product, { quantity: 2 });
  await inventory.reserve(request);
  const again = { ...request, orderId: requestOf(product).orderId };
  expect(await inventory.probe(again)).toEqual({ kind: 'limit', limit: 2, alreadyOrdered: 2 });
  expect(await inventory.probe(requestOf(product))).toEqual({ kind: 'sold-out', available: 0 });
  const settings = {
    version: 2,
    opensAt: 5,
    closesAt: null,
    limitPerBuyer: 2,
    holdMinutes: 30,
    paused: true,
    termsVersion: 1,
    total: 2,
  };
  await inventory.changeSettings(product, 1, settings);
  expect(await inventory.probe(again)).toMatchObject({ kind: 'not-open', phase: 'PAUSED' });
  expect(await inventory.probe(request)).toMatchObject({ kind: 'known', state: 'held' });
});

test('a later pause or close undoes no hold', async () => {
  const product = await stock.load();
  const hold = await stock.hold(product);
  const settings = {
    version: 2,
    opensAt: 5,
    closesAt: 6,
    limitPerBuyer: 1,
    holdMinutes: 1,
    paused: true,
    termsVersion: 1,
    total: 10,
  };
  await inventory.changeSettings(product, 1, settings);
  expect(await inventory.reserve(requestOf(product))).toEqual({
    kind: 'not-open',
    phase: 'CLOSED',
    opensAt: new Date(5),
  });
  expect(await inventory.commit(hold)).toBe('DONE');
  expect(await stock.counts(product)).toEqual({ total: 10, available: 9, held: 0, sold: 1 });
});

test('a sale that was closed before it opened is closed, before its opening and after', async () => {
  const now = await inventory.now();
  for (const opensAt of [now - 1, now + 3_600_000]) {
    const product = await stock.load({ settings: { opensAt, closesAt: now - 2, paused: true } });
    for (const mode of MODES) {
      expect(await inventory[mode](requestOf(product))).toEqual({
        kind: 'not-open',
        phase: 'CLOSED',
        opensAt: new Date(opensAt),
      });
    }
  }
});

test('an answer tells the terms of now, also of a hold that is older; without any they are 0', async () => {
  const product = await stock.load({ settings: { version: 3, termsVersion: 2 } });
  const request = requestOf(product);
  expect(await inventory.reserve(request)).toMatchObject({ kind: 'held', terms: 2 });
  const settings = {
    version: 4,
    opensAt: 0,
    closesAt: null,
    limitPerBuyer: 2,
    holdMinutes: 30,
    paused: false,
    termsVersion: 4,
    total: 10,
  };
  await inventory.changeSettings(product, 1, settings);
  expect(await inventory.reserve(request)).toMatchObject({ kind: 'known', terms: 4 });
  expect((await inventory.read([product]))[0]?.settings).toEqual(settings);

  // An effect, and then a hash, from before there were terms.
  const { termsVersion: _, ...old } = settings;
  await inventory.changeSettings(product, 1, { ...old, version: 5 } as typeof settings);
  expect(await inventory.reserve(request)).toMatchObject({ kind: 'known', terms: 0 });
  await redis.hdel(stock.keys(product)[0], 'terms');
  expect(await inventory.reserve(request)).toMatchObject({ kind: 'known', terms: 0 });
  expect(await inventory.reserve(requestOf(product))).toMatchObject({ kind: 'held', terms: 0 });
  expect((await inventory.read([product]))[0]?.settings).toMatchObject({ version: 5, termsVersion: 0 });
});

test('opens and closes at the very millisecond, by the clock of Redis', async () => {
  const opensAt = (await inventory.now()) + 150;
  const closesAt = opensAt + 150;
  const product = await stock.load({ settings: { opensAt, closesAt } });
  const request = requestOf(product);
  const seen = new Set<string>();
  while (!seen.has('CLOSED')) {
    const before = await inventory.now();
    const answer = await inventory.probe(request);
    const after = await inventory.now();
    const phase = answer.kind === 'not-open' ? answer.phase : answer.kind;
    seen.add(phase);
    // The script's own clock stood between the two that were read around it.
    if (phase === 'SCHEDULED') expect(before).toBeLessThan(opensAt);
    if (phase === 'free') expect([after >= opensAt, before < closesAt]).toEqual([true, true]);
    if (phase === 'CLOSED') expect(after).toBeGreaterThanOrEqual(closesAt);
  }
  expect([...seen]).toEqual(['SCHEDULED', 'free', 'CLOSED']);
});

test('an instant that has just come counts as come', async () => {
  const product = await stock.load();
  const request = requestOf(product);
  for (let version = 2; version < 30; version += 2) {
    const now = await inventory.now();
    const settings = {
      version,
      opensAt: now,
      closesAt: null,
      limitPerBuyer: 1,
      holdMinutes: 1,
      paused: false,
      termsVersion: 1,
      total: 10,
    };
    const closed = { ...settings, version: version + 1, opensAt: 0, closesAt: now };
    // Sent together, so that as little time as there can be lies between them.
    const [, opened, , ended] = await Promise.all([
      inventory.changeSettings(product, 1, settings),
      inventory.probe(request),
      inventory.changeSettings(product, 1, closed),
      inventory.probe(request),
    ]);
    expect([opened.kind, ended]).toEqual(['free', expect.objectContaining({ phase: 'CLOSED' })]);
  }
});

test('the limit counts what is held and what is owned, and frees what has ended', async () => {
  const product = await stock.load({ settings: { limitPerBuyer: 3 } });
  const { buyerId } = requestOf(product);
  const owned = await stock.hold(product, { buyerId });
  await inventory.commit(owned);
  const held = await stock.hold(product, { buyerId });
  const two = () => requestOf(product, { buyerId, quantity: 2 });
  expect(await inventory.reserve(two())).toEqual({ kind: 'limit', limit: 3, alreadyOrdered: 2 });
  await inventory.release('end', held);
  expect(await inventory.reserve(two())).toMatchObject({ kind: 'held' });
  expect(await stock.buyers(product)).toEqual({ [buyerId]: 3 });
});

test('who asks for more than there is hears how much there is', async () => {
  const product = await stock.load({ total: 3, settings: { limitPerBuyer: 5 } });
  await stock.hold(product);
  const answer = await inventory.reserve(requestOf(product, { quantity: 3 }));
  expect(answer).toEqual({ kind: 'sold-out', available: 2 });
  expect(await inventory.reserve(requestOf(product, { quantity: 2 }))).toMatchObject({ kind: 'held' });
  expect(await stock.counts(product)).toEqual({ total: 3, available: 0, held: 3, sold: 0 });
});

test('serials rise, and none is given twice when 300 race for 40 units', async () => {
  const product = await stock.load({ total: 40 });
  const answers = await Promise.all(Array.from({ length: 300 }, () => inventory.reserve(requestOf(product))));
  const serials = answers.flatMap((answer) => (answer.kind === 'held' ? [answer.serial] : []));
  expect(serials).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  expect(answers.filter(({ kind }) => kind === 'sold-out')).toHaveLength(260);
  expect(await stock.counts(product)).toEqual({ total: 40, available: 0, held: 40, sold: 0 });
});

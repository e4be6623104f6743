import { afterAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import type { LoadedOrder, ReserveRequest } from '@stampede/shared/inventory';
import { openStock, requestOf, type Entry } from './inventory-fixture.js';
import { randomOf } from './random.js';

const STEPS = 1_500;
const TOTAL = 20;
const LIMIT = 3;

const stock = openStock();
const { inventory } = stock;
afterAll(() => stock[Symbol.asyncDispose]());

/** Throws in every place where the counters do not say what the entries say. */
async function expectSums(productId: string): Promise<Map<string, Entry>> {
  const [counts, entries, buyers] = await Promise.all([
    stock.counts(productId),
    stock.entries(productId),
    stock.buyers(productId),
  ]);
  const units = { held: 0, sold: 0, ended: 0 } as Record<string, number>;
  const byBuyer: Record<string, number> = {};
  for (const { state, quantity, buyerId } of entries.values()) {
    units[state] = (units[state] ?? 0) + quantity;
    if (state !== 'ended') byBuyer[buyerId] = (byBuyer[buyerId] ?? 0) + quantity;
  }
  const { held = 0, sold = 0 } = units;
  expect(counts).toEqual({ total: TOTAL, available: TOTAL - held - sold, held, sold });
  expect(counts.available).toBeGreaterThanOrEqual(0);
  expect(buyers).toEqual(byBuyer);
  expect(Math.max(0, ...Object.values(buyers))).toBeLessThanOrEqual(LIMIT);
  return entries;
}

test.each([1, 20_251_120])(
  'after every one of many random steps the sums are right (seed %i)',
  async (seed) => {
    const random = randomOf(seed);
    const pick = <T>(from: readonly T[]): T | undefined => from[random(from.length)];
    const productId = await stock.load({ total: TOTAL, settings: { limitPerBuyer: LIMIT } });
    const buyers = Array.from({ length: 8 }, () => randomUUID());
    const requests: ReserveRequest[] = [];
    const holds: Awaited<ReturnType<typeof stock.hold>>[] = [];
    let epoch = 1;
    const names = new Set<string>();

    async function reserve(): Promise<void> {
      // One in four is sent again, as after a lost connection or by a buyer who presses twice.
      const repeated = random(4) === 0 ? pick(requests) : undefined;
      const request =
        repeated ?? requestOf(productId, { buyerId: pick(buyers)!, quantity: 1 + random(LIMIT) });
      requests.push(request);
      const answer = await inventory[random(8) === 0 ? 'probe' : 'reserve'](request);
      if (answer.kind !== 'held') return;
      const { serial } = answer;
      expect(names).not.toContain(`${answer.epoch}/${serial}`);
      names.add(`${answer.epoch}/${serial}`);
      holds.push({ productId, effectEpoch: epoch, orderId: request.orderId, hold: { epoch, serial } });
    }
    /** Any effect on any hold there ever was, of its own epoch or of now: relays send again, and out of order. */
    async function affect(): Promise<void> {
      const hold = pick(holds.slice(-40));
      if (!hold) return;
      const effect = random(2) === 0 ? hold : { ...hold, effectEpoch: epoch };
      const kind = pick(['commit', 'undo', 'end', 'return', 'return'] as const)!;
      const answer =
        kind === 'commit' ? await inventory.commit(effect) : await inventory.release(kind, effect);
      expect(answer).not.toBe('COLD');
    }
    async function rebuild(entries: Map<string, Entry>): Promise<void> {
      epoch += 1;
      const living = [...entries].filter(([, { state }]) => state !== 'ended');
      const orders = living.map(
        ([orderId, entry]) => ({ ...entry, orderId, digest: 'basket', payBy: 1, heldAt: 1 }) as LoadedOrder,
      );
      await stock.load({ productId, epoch, total: TOTAL, orders, settings: { limitPerBuyer: LIMIT } });
    }

    let entries = await expectSums(productId);
    const met = new Set<string>();
    for (let step = 0; step < STEPS; step += 1) {
      const dice = random(100);
      if (dice < 45) await reserve();
      else if (dice < 98) await affect();
      else await rebuild(entries);
      entries = await expectSums(productId);
      for (const { state } of entries.values()) met.add(state);
    }
    // The walk has been everywhere, or it would prove little.
    expect([...met].toSorted()).toEqual(['ended', 'held', 'sold']);
    expect(names.size).toBeGreaterThan(100);
  },
);

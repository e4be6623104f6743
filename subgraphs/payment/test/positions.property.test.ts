import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { contradictionIn } from '../src/books/contradiction-in.js';
import type { Capture, Fact, Refund, Sale } from '../src/books/facts.js';
import { positions } from '../src/books/positions.js';
import { salePartsOf } from '../src/books/sale-parts.js';

const provider = 'KAKAOPAY';
const ID = 'order';

/** Subtotals that add up to 2^53 − 1 at most: small ones, where a won shows, and the largest that there are. */
const subtotals = fc
  .array(fc.oneof(fc.nat(50), fc.nat(1_000_000), fc.nat(Math.floor(Number.MAX_SAFE_INTEGER / 8))), {
    minLength: 1,
    maxLength: 8,
  })
  .filter((amounts) => total(amounts) > 0);

/** A sold and paid order with refunds of it, with shares and without; `rest` is what they leave. */
const soldOrders = fc
  .record({
    subtotals,
    feeBasisPoints: fc.integer({ min: 0, max: 10_000 }),
    refunds: fc.array(
      fc.record({ shared: fc.boolean(), fractions: fc.array(fc.nat(100), { minLength: 8, maxLength: 8 }) }),
      { maxLength: 4 },
    ),
  })
  .map(({ subtotals, feeBasisPoints, refunds }) => {
    const lines = subtotals.map((subtotal, index) => ({
      productId: '',
      sellerId: `s${index}`,
      quantity: 1,
      subtotal,
    }));
    const amount = total(subtotals);
    const capture: Capture = { kind: 'CAPTURE', key: ID, paymentId: ID, provider, amount };
    const parts = salePartsOf(lines, feeBasisPoints);
    const sale: Sale = { kind: 'SALE', key: ID, paymentId: ID, provider: null, amount, parts };
    const left = [...subtotals];
    const back = refunds
      .map(({ shared, fractions }, index): Refund => {
        const shares = left.map((won, seller) => Math.floor((won / 100) * (fractions[seller] as number)));
        shares.forEach((won, seller) => (left[seller] = (left[seller] as number) - won));
        return {
          kind: 'REFUND',
          key: `r${index}`,
          paymentId: ID,
          provider,
          amount: total(shares),
          parts: shared ? shares.map((won, seller) => ({ sellerId: `s${seller}`, amount: won })) : null,
        };
      })
      .filter((refund) => refund.amount > 0);
    return { capture, sale, refunds: back, facts: [capture, sale, ...back] as Fact[], rest: total(left) };
  });

const total = (amounts: readonly number[]) => amounts.reduce((sum, won) => sum + won, 0);
const even = (position: Map<string, number>) => total([...position.values()]);
const moving = (position: Map<string, number>) =>
  Object.fromEntries([...position].filter(([, won]) => won !== 0));
const part = (amount: number, of: number, whole: number) => (BigInt(amount) * BigInt(of)) / BigInt(whole);
const apart = (won: number, exact: bigint) => Math.abs(Number(BigInt(won) - exact));

test('the accounts are even after any of the facts, in whichever order, and end as one', () => {
  fc.assert(
    fc.property(
      soldOrders.chain(({ facts }) =>
        fc.tuple(fc.constant(facts), fc.shuffledSubarray(facts, { minLength: facts.length })),
      ),
      ([facts, told]) => {
        expect(contradictionIn(facts)).toBeUndefined();
        told.forEach((_, index) => expect(even(positions(told.slice(0, index)))).toBe(0));
        expect(moving(positions(told))).toEqual(moving(positions(facts)));
      },
    ),
  );
});

test('once all of it went back, nothing is left anywhere', () => {
  fc.assert(
    fc.property(soldOrders, ({ facts, rest }) => {
      const last: Refund = {
        kind: 'REFUND',
        key: 'rest',
        paymentId: ID,
        provider,
        amount: rest,
        parts: null,
      };
      expect(moving(positions([...facts, last]))).toEqual({});
    }),
  );
});

test('nobody is owed less than nothing, and no fee is given back twice', () => {
  fc.assert(
    fc.property(soldOrders, ({ facts }) => {
      for (const [account, net] of positions(facts)) {
        if (account.startsWith('payable:') || account === 'fees') expect(net).toBeLessThanOrEqual(0);
        if (account === 'deposits') expect(net).toBe(0);
      }
    }),
  );
});

test('each part of a refund in proportion is within a won of it', () => {
  fc.assert(
    fc.property(soldOrders, fc.double({ min: 0, max: 1, noNaN: true }), ({ capture, sale }, fraction) => {
      const amount = Math.max(1, Math.floor(sale.amount * fraction));
      const refund: Refund = { kind: 'REFUND', key: 'r', paymentId: ID, provider, amount, parts: null };
      const before = positions([capture, sale]);
      const after = positions([capture, sale, refund]);
      const back = (account: string) => (after.get(account) ?? 0) - (before.get(account) ?? 0);
      let sellers = 0;
      for (const { sellerId, subtotal, fee } of sale.parts) {
        const net = back(`payable:${sellerId}`);
        // Of what the seller gives back, the seller's own part and the fee's: each rounded by less than a won.
        expect(apart(net, part(amount, subtotal - fee, sale.amount))).toBeLessThanOrEqual(2);
        sellers += net;
      }
      expect(sellers + back('fees')).toBe(amount);
    }),
  );
});

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@stampede/shared/testing';
import { PaymentStatus } from '../src/payment-status.js';
import type { ToCancel } from '../src/provider/index.js';
import { openRefunding } from '../src/refund/refund-due.js';
import { partsWith } from './parts.fixture.js';
import { AMOUNT, openPayments, type PaymentsUnderTest } from './payment-table.fixture.js';

let payments: PaymentsUnderTest;
beforeAll(async () => {
  payments = await openPayments();
});
afterAll(() => payments[Symbol.asyncDispose]());

/** A provider that has given back so much by itself, and gives back what it is asked to as it should. */
function openProvider(id: string, atConsole: number) {
  let cancelled = atConsole;
  const cancels: ToCancel[] = [];
  const parts = partsWith(payments.database, {
    lookup: () =>
      Promise.resolve({
        kind: 'approved',
        amount: AMOUNT,
        cancelled,
        approvedAt: new Date(),
        providerId: id,
      }),
    cancel: (_, refund) => {
      cancels.push(refund);
      if (refund.remaining !== AMOUNT - cancelled)
        return Promise.resolve({ kind: 'refused', code: 'remaining' });
      cancelled += refund.amount;
      return Promise.resolve({ kind: 'cancelled', total: cancelled, remaining: AMOUNT - cancelled });
    },
  });
  const mismatches: string[] = [];
  return { parts, cancels, mismatches, cancelled: () => cancelled };
}

/** Refunds of 3,000 and of 1,500 won are asked for, of 5,000. */
test.each<[string, number, { cancelled: number; cancels: object[]; mismatches: number }]>([
  [
    'nothing',
    0,
    {
      cancelled: 4_500,
      cancels: [
        { key: 'first', amount: 3_000, remaining: 5_000 },
        { key: 'second', amount: 1_500, remaining: 2_000 },
      ],
      mismatches: 0,
    },
  ],
  [
    'a part of the first refund',
    1_000,
    {
      cancelled: 4_500,
      cancels: [
        { key: 'first:1000', amount: 2_000, remaining: 4_000 },
        { key: 'second', amount: 1_500, remaining: 2_000 },
      ],
      mismatches: 1,
    },
  ],
  [
    'the first refund',
    3_000,
    { cancelled: 4_500, cancels: [{ key: 'second', amount: 1_500, remaining: 2_000 }], mismatches: 0 },
  ],
  [
    'more than the first refund',
    4_000,
    { cancelled: 4_500, cancels: [{ key: 'second:4000', amount: 500, remaining: 1_000 }], mismatches: 2 },
  ],
  ['more than both refunds', 5_000, { cancelled: 5_000, cancels: [], mismatches: 2 }],
])('with %s given back at the provider’s console, no won goes back twice', async (_, atConsole, ends) => {
  const id = await payments.place(PaymentStatus.REFUNDING);
  const key = (name: string) => `${name}:${id}`;
  await payments.asks(id, key('first'), 3_000, false);
  await payments.asks(id, key('second'), 1_500, false);
  const { parts, cancels, mismatches, cancelled } = openProvider(id, atConsole);
  const refunding = openRefunding(parts, (provider) => mismatches.push(provider));
  try {
    await eventually(async () => {
      expect((await payments.row(id)).status).toBe('PARTIALLY_REFUNDED');
    });
  } finally {
    await refunding.close();
  }
  const named = cancels.map((refund) => ({ ...refund, key: refund.key.replace(`:${id}`, '') }));
  expect({ cancelled: cancelled(), cancels: named, mismatches: mismatches.length }).toEqual(ends);
  const said = (await payments.stateOf(id)).said.map(([, body]) => body);
  expect(said).toMatchObject([
    { key: key('first'), amount: 3_000 },
    { key: key('second'), amount: 1_500 },
  ]);
});

test('a provider that has given back less than it said before is asked for nothing more', async () => {
  const id = await payments.place(PaymentStatus.REFUNDING);
  await payments.asks(id, `first:${id}`, 3_000, true);
  await payments.asks(id, `second:${id}`, 1_500, false);
  const { parts, cancels, mismatches } = openProvider(id, 1_000);
  const refunding = openRefunding(parts, (provider) => mismatches.push(provider));
  try {
    await eventually(() => expect(mismatches).toEqual(['KAKAOPAY']));
  } finally {
    await refunding.close();
  }
  expect(cancels).toEqual([]);
  expect(await payments.row(id)).toMatchObject({ status: 'REFUNDING' });
});

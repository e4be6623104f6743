import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { approvePayment } from '../src/approve-payment/approve-payment.js';
import { PaymentStatus } from '../src/payment-status.js';
import type { CancelOutcome, LookupOutcome } from '../src/provider/index.js';
import { openRefunding } from '../src/refund/refund-due.js';
import { openBothProviders, PROVIDERS, type BothProviders } from './both-providers.fixture.js';
import { partsWith } from './parts.fixture.js';
import { AMOUNT } from './payment-table.fixture.js';

let both: BothProviders;
beforeAll(async () => {
  both = await openBothProviders();
});
afterAll(() => both[Symbol.asyncDispose]());

/** What waits for its next try is due now; what is in hand stays so. */
const hurry = () =>
  both.database.run(
    `UPDATE refund SET try_at = now() WHERE refunded_at IS NULL AND try_at < now() + interval '20 seconds'`,
  );

async function isRefunded(id: string): Promise<void> {
  await eventually(async () => {
    await hurry();
    expect(await both.row(id)).toMatchObject({ status: PaymentStatus.REFUNDED });
  });
}

test.each(PROVIDERS)(
  'a refund that %s has refused twice is given back by the third try',
  async (provider) => {
    const { payment, token } = await both.agrees(provider);
    await approvePayment(both.parts, payment, token, randomUUID());
    await both.database.run(`UPDATE payment SET status = 'REFUNDING' WHERE id = $1`, [payment.id]);
    await both.asks(payment.id, `order:${payment.id}`, AMOUNT, false);
    const target = provider === 'KAKAOPAY' ? 'kakaopay' : 'toss';
    await both.fault({ target, operation: 'cancel', fault: 'decline', times: 2 });
    const refunding = openRefunding(both.parts);
    try {
      await isRefunded(payment.id);
    } finally {
      await refunding.close();
    }
    expect(await both.moneyOf(payment.id)).toEqual({ taken: [AMOUNT], givenBack: [AMOUNT] });
  },
);

test('a refund has another name after a refusal, and the same one after an answer that was lost', async () => {
  const outcomes: CancelOutcome[] = [
    { kind: 'unknown', cause: 'TimeoutError' },
    { kind: 'refused', code: 'REFUND_REJECTED' },
    { kind: 'unknown', cause: 'TimeoutError' },
    { kind: 'refused', code: 'REFUND_REJECTED' },
  ];
  const names: string[] = [];
  const id = await both.place(PaymentStatus.REFUNDING);
  const found: LookupOutcome = {
    kind: 'approved',
    amount: AMOUNT,
    cancelled: 0,
    approvedAt: new Date(),
    providerId: id,
  };
  const parts = partsWith(both.database, {
    lookup: () => Promise.resolve(found),
    cancel: (_, { key }) => {
      names.push(key.replace(id, 'ID'));
      const outcome = outcomes.shift() ?? { kind: 'cancelled', total: AMOUNT, remaining: 0 };
      return Promise.resolve(outcome);
    },
  });
  await both.asks(id, `order:${id}`, AMOUNT, false);
  const refunding = openRefunding(parts);
  try {
    await isRefunded(id);
  } finally {
    await refunding.close();
  }
  expect(names).toEqual([
    'order:ID',
    'order:ID',
    'order:ID:refused-1',
    'order:ID:refused-1',
    'order:ID:refused-2',
  ]);
});

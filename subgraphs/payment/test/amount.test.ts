import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ApprovePaymentResolver } from '../src/approve-payment/approve-payment.resolver.js';
import { PaymentStatus } from '../src/payment-status.js';
import { partsWith } from './parts.fixture.js';
import { AMOUNT, openPayments, type PaymentsUnderTest } from './payment-table.fixture.js';
import { as } from './resolver.fixture.js';

let payments: PaymentsUnderTest;
beforeAll(async () => {
  payments = await openPayments();
});
afterAll(() => payments[Symbol.asyncDispose]());

/** A payment by a provider that counts how often it is asked, as is order. */
async function openPayment(opensInBrowser: boolean) {
  const id = await payments.place(PaymentStatus.READY, { windowMs: 60_000 });
  const row = await payments.row(id);
  const asked: string[] = [];
  const approvedAt = new Date();
  const parts = partsWith(
    payments.database,
    {
      opensInBrowser,
      approve: () => {
        asked.push('provider');
        return Promise.resolve({ kind: 'approved', approvedAt, providerId: id });
      },
    },
    {
      markDeciding: ({ amount }) => {
        asked.push(`order, ${amount}`);
        return Promise.resolve(true);
      },
    },
  );
  const approve = (amount?: number | null) =>
    new ApprovePaymentResolver(parts).approvePayment(as(row.buyer_id), {
      paymentId: id,
      token: 'token',
      ...(amount !== undefined && { amount }),
    });
  return { id, approve, asked };
}

const DIFFERENT = [0, 1, -AMOUNT, AMOUNT - 1, AMOUNT + 1];

test.each([
  ...DIFFERENT.flatMap((amount) => [[true, amount] as const, [false, amount] as const]),
  [true, undefined] as const,
  [true, null] as const,
])(
  'an amount that is not what is owed asks nobody (opened in the browser: %s, %s)',
  async (opens, amount) => {
    const { id, approve, asked } = await openPayment(opens);
    const before = await payments.stateOf(id);
    await expect(approve(amount)).rejects.toMatchObject({
      extensions: { code: 'BAD_USER_INPUT', fields: [{ path: 'input.amount' }] },
    });
    expect(asked).toEqual([]);
    expect(await payments.stateOf(id)).toEqual(before);
  },
);

test.each([
  [true, AMOUNT],
  [false, AMOUNT],
  [false, undefined],
  [false, null],
])('the amount that is owed is taken (opened in the browser: %s, %s)', async (opens, amount) => {
  const { id, approve, asked } = await openPayment(opens);
  expect(await approve(amount)).toMatchObject({ id, status: 'APPROVED' });
  expect(asked).toEqual([`order, ${AMOUNT}`, 'provider']);
});

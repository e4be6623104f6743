import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { AbandonPaymentResolver } from '../src/abandon-payment/abandon-payment.resolver.js';
import { abandonPayment } from '../src/abandon-payment/abandon-payment.js';
import { approvePayment } from '../src/approve-payment/approve-payment.js';
import { PaymentStatus } from '../src/payment-status.js';
import { noteTossEvent } from '../src/provider-events/note-toss-event.js';
import type { LookupOutcome, Provider } from '../src/provider/index.js';
import { partsWith } from './parts.fixture.js';
import { AMOUNT, openPayments, type PaymentsUnderTest } from './payment-table.fixture.js';
import { as } from './resolver.fixture.js';

const S = PaymentStatus;
const WINDOW_MS = 15 * 60_000;

let payments: PaymentsUnderTest;
beforeAll(async () => {
  payments = await openPayments();
});
afterAll(() => payments[Symbol.asyncDispose]());

const partsOf = (provider: Partial<Provider>) => partsWith(payments.database, provider);
const finds = (found: LookupOutcome) => partsOf({ lookup: () => Promise.resolve(found) });
const nobodyIsAsked = () => partsOf({});

test.each<[string, LookupOutcome, string]>([
  ['nothing yet', { kind: 'in-progress', status: 'READY' }, 'CANCELLED_BY_BUYER'],
  ['nothing at all', { kind: 'unknown', cause: 'TimeoutError' }, 'CANCELLED_BY_BUYER'],
  ['that the buyer left', { kind: 'declined', reason: 'CANCELLED_BY_BUYER' }, 'CANCELLED_BY_BUYER'],
  ['that the bank refused', { kind: 'declined', reason: 'CARD_REFUSED' }, 'CARD_REFUSED'],
  ['that it was given back', { kind: 'cancelled', amount: AMOUNT, cancelled: AMOUNT }, 'CANCELLED_BY_BUYER'],
])('an abandoned payment of which the provider says %s is over, and stays so', async (_, found, reason) => {
  const id = await payments.place(S.READY, { windowMs: WINDOW_MS });
  const abandoned = await abandonPayment(finds(found), await payments.row(id));
  expect(abandoned).toMatchObject({ id, status: 'DECLINED', decline_reason: reason });

  expect(await abandonPayment(nobodyIsAsked(), await payments.row(id))).toEqual(abandoned);
  const approved = await approvePayment(nobodyIsAsked(), await payments.row(id), 'token', randomUUID());
  expect(approved).toEqual({ kind: 'declined', reason, payment: abandoned });
});

test('money that was taken for a payment that its buyer abandons goes back', async () => {
  const id = await payments.place(S.READY, { windowMs: WINDOW_MS });
  const approvedAt = new Date();
  const parts = finds({ kind: 'approved', amount: AMOUNT, cancelled: 0, approvedAt, providerId: id });
  expect(await abandonPayment(parts, await payments.row(id))).toMatchObject({ id, status: 'REFUNDING' });
  expect((await payments.stateOf(id)).refunds).toMatchObject([{ key: `late:${id}`, amount: AMOUNT }]);
});

test('a payment past its window has expired, whatever its buyer says', async () => {
  const id = await payments.place(S.READY);
  const abandoned = await abandonPayment(nobodyIsAsked(), await payments.row(id));
  expect(abandoned).toMatchObject({ status: 'DECLINED', decline_reason: 'EXPIRED' });
});

test.each<[string, LookupOutcome, object]>([
  [
    'nothing new',
    { kind: 'in-progress', status: 'IN_PROGRESS' },
    { status: 'DECLINED', decline_reason: 'EXPIRED' },
  ],
  [
    'nothing at all',
    { kind: 'unknown', cause: 'TimeoutError' },
    { status: 'DECLINED', decline_reason: 'EXPIRED' },
  ],
  ['that the bank refused', { kind: 'declined', reason: 'CARD_REFUSED' }, { decline_reason: 'CARD_REFUSED' }],
  [
    'that it was paid',
    { kind: 'approved', amount: AMOUNT, cancelled: 0, approvedAt: new Date(), providerId: 'key' },
    { status: 'REFUNDING' },
  ],
])('a payment past its window that can still be approved is asked about: %s', async (_, found, ends) => {
  const id = await payments.place(S.READY, { windowMs: -60_000 });
  const parts = partsOf({ confirmWindowMs: 120_000, lookup: () => Promise.resolve(found) });
  expect(await abandonPayment(parts, await payments.row(id))).toMatchObject(ends);
});

test('a hint that comes while the provider is asked is followed up', async () => {
  const id = await payments.place(S.READY, { provider: 'TOSS_PAYMENTS', windowMs: WINDOW_MS });
  const parts = partsOf({
    lookup: async () => {
      const told = JSON.stringify({
        eventType: 'PAYMENT_STATUS_CHANGED',
        data: { orderId: id, status: 'DONE' },
      });
      expect(await noteTossEvent(payments.database, randomUUID(), told)).toBe('noted');
      return { kind: 'in-progress', status: 'IN_PROGRESS' };
    },
  });
  const abandoned = await abandonPayment(parts, await payments.row(id));
  expect(abandoned).toMatchObject({ status: 'DECLINED', look_at: expect.any(Date) });
});

test.each(Object.values(S).filter((status) => status !== S.READY))(
  'abandoning a payment that is %s changes nothing, and asks nobody',
  async (status) => {
    const id = await payments.place(status, { windowMs: WINDOW_MS });
    const before = await payments.stateOf(id);
    const row = await payments.row(id);
    expect(await abandonPayment(nobodyIsAsked(), row)).toEqual(row);
    expect(await payments.stateOf(id)).toEqual(before);
  },
);

test('a payment that is approved while its provider is asked is not abandoned', async () => {
  const id = await payments.place(S.READY, { windowMs: WINDOW_MS });
  const parts = partsOf({
    lookup: async () => {
      await payments.database.run(`UPDATE payment SET status = 'APPROVING' WHERE id = $1`, [id]);
      return { kind: 'in-progress', status: 'READY' };
    },
  });
  expect(await abandonPayment(parts, await payments.row(id))).toMatchObject({ status: 'APPROVING' });
});

test('nobody abandons somebody else’s payment, or one that is not there', async () => {
  const id = await payments.place(S.READY, { windowMs: WINDOW_MS });
  const resolver = new AbandonPaymentResolver(nobodyIsAsked());
  for (const wanted of [id, randomUUID(), 'no-uuid']) {
    await expect(resolver.abandonPayment(as(randomUUID()), wanted)).rejects.toMatchObject({
      extensions: { code: 'NOT_FOUND' },
    });
  }
  expect(await payments.row(id)).toMatchObject({ status: 'READY' });
});

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { settle } from '../src/decision/decide.js';
import { recordWrongToken } from '../src/decision/record-outcome.js';
import { openSettling } from '../src/decision/settle-unknown.js';
import type { LookupOutcome } from '../src/provider/index.js';
import { partsWith } from './parts.fixture.js';
import { onOrderExpired } from '../src/order-ended/on-order-ended.js';
import { findPayment, move } from '../src/payment-row.js';
import { PaymentStatus } from '../src/payment-status.js';
import { AMOUNT, openPayments, type PaymentsUnderTest } from './payment-table.fixture.js';

const { APPROVING, CANCELLED, DECLINED, READY } = PaymentStatus;

let payments: PaymentsUnderTest;
beforeAll(async () => {
  payments = await openPayments();
});
afterAll(() => payments[Symbol.asyncDispose]());

/** A payment whose token was wrong, as far as the provider's answers went. */
async function isReadyAgain(): Promise<string> {
  const id = await payments.place(APPROVING);
  const payment = await findPayment(payments.database, id);
  expect(await recordWrongToken(payments.database, payment!)).toMatchObject({ status: READY });
  return id;
}

const ends: Record<string, (id: string) => Promise<unknown>> = {
  [READY]: () => Promise.resolve(),
  [CANCELLED]: (orderId) => payments.deliver(onOrderExpired, { orderId, buyerId: randomUUID() }),
  [DECLINED]: async (id) => {
    const payment = await findPayment(payments.database, id);
    await move(payments.database, payment!, READY, DECLINED, { look_at: payment!.look_at });
  },
};

/** Looks at what is due while `until` does not hold, with a provider that answers so. */
async function settles(found: LookupOutcome, until: () => Promise<void>): Promise<void> {
  const lookup = () => Promise.resolve(found);
  const settling = openSettling(partsWith(payments.database, { lookup }));
  try {
    await eventually(until);
  } finally {
    await settling.close();
  }
}

/** As if so many seconds had passed. */
const pass = (id: string, seconds: number) =>
  payments.database.run(`UPDATE payment SET look_at = look_at - $2 * interval '1 second' WHERE id = $1`, [
    id,
    seconds,
  ]);

test.each(Object.keys(ends))(
  'money that was taken behind a wrong token goes back, with the payment %s by then',
  async (status) => {
    const id = await isReadyAgain();
    await ends[status]?.(id);
    expect((await payments.stateOf(id)).payment?.status).toBe(status);
    await pass(id, 61);
    const at = new Date();
    const approved = {
      kind: 'approved',
      amount: AMOUNT,
      cancelled: 0,
      cancelAvailable: AMOUNT,
      approvedAt: at,
    };
    await settles(approved as LookupOutcome, async () => {
      expect(await payments.stateOf(id)).toMatchObject({
        payment: { status: 'REFUNDING', approved_at: at },
        refunds: [{ key: `late:${id}`, amount: AMOUNT, reason: 'APPROVED_AFTER_DECLINE', done: false }],
      });
    });
  },
);

test.each(Object.keys(ends))(
  'a wrong token behind which nothing was taken is looked at once, %s',
  async (status) => {
    const id = await isReadyAgain();
    await ends[status]?.(id);
    const early = (await payments.stateOf(id)).payment as { look_at?: Date } | undefined;
    const seconds = ((early?.look_at?.getTime() ?? 0) - Date.now()) / 1_000;
    expect(seconds).toBeGreaterThan(50);
    expect(seconds).toBeLessThanOrEqual(60);
    await pass(id, 61);
    await settles({ kind: 'in-progress' } as LookupOutcome, async () => {
      expect((await payments.stateOf(id)).payment).toMatchObject({ status, look_at: null });
    });
    expect((await payments.stateOf(id)).refunds).toEqual([]);
  },
);

test('money that an earlier call took after its order was given up goes back', async () => {
  const id = await payments.place(APPROVING);
  let found: LookupOutcome = { kind: 'in-progress', status: 'READY' };
  const parts = partsWith(
    payments.database,
    { lookup: () => Promise.resolve(found) },
    { markDeciding: () => Promise.resolve(false) },
  );
  expect(await settle(parts, await payments.row(id), randomUUID())).toMatchObject({ kind: 'not-payable' });
  const { status, look_at: lookAt } = await payments.row(id);
  expect(status).toBe(CANCELLED);
  expect(lookAt?.getTime()).toBeGreaterThan(Date.now() + 50_000);
  found = { kind: 'approved', amount: AMOUNT, cancelled: 0, approvedAt: new Date(), providerId: id };
  await pass(id, 61);
  await settles(found, async () => {
    expect((await payments.stateOf(id)).refunds).toMatchObject([{ key: `late:${id}`, amount: AMOUNT }]);
  });
});

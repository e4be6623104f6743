import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Unavailable } from '@stampede/shared/errors';
import { randomUUID } from 'node:crypto';
import { approvePayment } from '../src/approve-payment/approve-payment.js';
import type { Decision } from '../src/decision/decide.js';
import { onOrderPaid } from '../src/order-paid/on-order-paid.js';
import type { PaymentParts } from '../src/payment-parts.js';
import type { ProviderName } from '../src/payment-row.js';
import { PaymentStatus } from '../src/payment-status.js';
import type { ApproveOutcome, Provider } from '../src/provider/index.js';
import { partsWithEach } from './parts.fixture.js';
import { openPayments, type PaymentsUnderTest } from './payment-table.fixture.js';

const { READY } = PaymentStatus;
const ROUNDS = 20;

let payments: PaymentsUnderTest;
beforeAll(async () => {
  payments = await openPayments();
});
afterAll(() => payments[Symbol.asyncDispose]());

/** An order with a READY payment by each provider. `order` is each payment's. */
async function placeBoth() {
  const order = randomUUID();
  const place = (provider: ProviderName) =>
    payments.place(READY, { orderId: order, provider, windowMs: 60_000 });
  return { order, ids: [await place('KAKAOPAY'), await place('TOSS_PAYMENTS')] as const };
}

/** An order's mark, as order keeps it: for one payment at a time, and freed by what is asked of it alone. */
function openMark(clears = true): Pick<PaymentParts['orders'], 'markDeciding' | 'clearDeciding'> {
  let holder: string | undefined;
  return {
    markDeciding: ({ id }) => Promise.resolve((holder ??= id) === id),
    clearDeciding: async ({ id }) => {
      if (!clears) throw new Unavailable('order');
      if (holder === id) holder = undefined;
    },
  };
}

/** Providers that answer so, and how often each was asked to take money. */
function openBoth(outcome: ApproveOutcome, mark = openMark()) {
  const asked = { KAKAOPAY: 0, TOSS_PAYMENTS: 0 };
  const provider = (name: ProviderName): Partial<Provider> => ({
    approve: () => {
      asked[name] += 1;
      return Promise.resolve(outcome);
    },
  });
  const parts = partsWithEach(payments.database, [provider('KAKAOPAY'), provider('TOSS_PAYMENTS')], mark);
  const approve = async (id: string): Promise<Decision> =>
    approvePayment(parts, await payments.row(id), 'token', randomUUID());
  return { asked, approve, timesAsked: () => asked.KAKAOPAY + asked.TOSS_PAYMENTS };
}

const REFUSED: ApproveOutcome = { kind: 'declined', reason: 'CARD_REFUSED', code: '-780' };
const taken = (): ApproveOutcome => ({
  kind: 'approved',
  approvedAt: new Date(),
  providerId: randomUUID(),
});

test('of two payments of an order that are approved at once one is made, and the other asks nobody', async () => {
  for (let round = 0; round < ROUNDS; round += 1) {
    const { order, ids } = await placeBoth();
    const { approve, timesAsked } = openBoth(taken());
    const kinds = (await Promise.all(ids.map(approve))).map(({ kind }) => kind);
    expect(kinds.toSorted()).toEqual(['approved', 'not-payable']);
    expect(timesAsked()).toBe(1);
    const [winner, loser] = kinds[0] === 'approved' ? ids : ids.toReversed();
    expect(await payments.row(loser)).toMatchObject({ status: 'READY', token: null, attempt: 2 });

    const paid = { orderId: order, buyerId: randomUUID(), paymentId: winner, lines: [] };
    await payments.deliver(onOrderPaid, paid);
    expect(await payments.row(loser)).toMatchObject({ status: 'CANCELLED' });
    expect(await approve(loser)).toMatchObject({ kind: 'not-payable' });
    expect(timesAsked()).toBe(1);
  }
});

test('the second payment waits while the first is decided, and is made when that is declined', async () => {
  const { ids } = await placeBoth();
  const mark = openMark();
  const refusing = openBoth(REFUSED, mark);
  expect(await refusing.approve(ids[0])).toMatchObject({ kind: 'declined', reason: 'CARD_REFUSED' });
  const taking = openBoth(taken(), mark);
  expect(await taking.approve(ids[1])).toMatchObject({ kind: 'approved', payment: { status: 'APPROVED' } });
  expect(taking.asked).toEqual({ KAKAOPAY: 0, TOSS_PAYMENTS: 1 });
});

test('a payment is declined as well when order cannot be told at once', async () => {
  const { ids } = await placeBoth();
  const refusing = openBoth(REFUSED, openMark(false));
  expect(await refusing.approve(ids[0])).toMatchObject({ kind: 'declined', payment: { status: 'DECLINED' } });
  const said = (await payments.stateOf(ids[0])).said.map(([event]) => event);
  expect(said).toEqual(['payment.declined']);
});

test('who agreed just before the window ended may be approved as long as the provider waits', async () => {
  const place = (windowMs: number) => payments.place(READY, { provider: 'TOSS_PAYMENTS', windowMs });
  const asked: string[] = [];
  const toss: Partial<Provider> = {
    confirmWindowMs: 600_000,
    approve: ({ id }) => {
      asked.push(id);
      return Promise.resolve({ kind: 'unknown', cause: 'TimeoutError' });
    },
  };
  const parts = partsWithEach(payments.database, [{}, toss]);
  const late = await place(-599_000);
  const begun = Date.now();
  const pending = await approvePayment(parts, await payments.row(late), 'token', randomUUID());
  expect(pending.kind).toBe('pending');
  // Nobody ends it for the provider's silence before that could have taken the money.
  expect((await payments.row(late)).window_ends_at.getTime()).toBeGreaterThanOrEqual(begun + 600_000);

  const tooLate = await place(-600_000);
  const over = await approvePayment(parts, await payments.row(tooLate), 'token', randomUUID());
  expect(over).toMatchObject({ kind: 'declined', reason: 'EXPIRED' });
  expect(asked).toEqual([late]);
});

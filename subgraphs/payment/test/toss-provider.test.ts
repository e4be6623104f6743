import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Provider } from '../src/provider/index.js';
import { openEmulator, payment, type TossEmulator, type TossPayment } from './toss-provider.fixture.js';

let emulator: TossEmulator;
let toss: Provider;

beforeAll(async () => {
  emulator = await openEmulator();
  toss = emulator.provider();
});
afterAll(async () => {
  await emulator[Symbol.asyncDispose]();
});

/** A payment whose money the provider has. */
async function paid(): Promise<TossPayment & { provider_id: string }> {
  const asked = payment();
  const outcome = await toss.approve(asked, await emulator.agrees(asked));
  if (outcome.kind !== 'approved') throw new Error(`the approval is ${outcome.kind}`);
  return { ...asked, provider_id: outcome.providerId };
}

/** Both clocks are this machine's; the provider's time has whole seconds. */
const NOW = {
  asymmetricMatch: (time: unknown) => time instanceof Date && Math.abs(time.getTime() - Date.now()) < 10_000,
};

const prepared = (amount: number) =>
  toss.prepare({
    id: 'pay-1',
    orderId: 'order-1',
    buyerId: 'buyer-1',
    itemName: 'Fox',
    quantity: 1,
    amount,
    approvalUrl: 'http://localhost:4000/return',
    cancelUrl: 'http://localhost:4000/return',
    failUrl: 'http://localhost:4000/return',
  });

test('a payment begins on our own page, and not below 100 won', async () => {
  expect(await prepared(100)).toEqual({
    kind: 'prepared',
    providerId: null,
    redirectUrl: 'http://localhost:4000/pay/toss/pay-1',
  });
  expect(await prepared(99)).toEqual({ kind: 'refused', code: 'BELOW_MINIMUM_AMOUNT' });
});

test.each(['card', 'easy-pay'])('a payment by %s is approved, and once when asked again', async (choice) => {
  const asked = payment();
  const token = await emulator.agrees(asked, choice);
  const outcome = await toss.approve(asked, token);
  expect(outcome).toEqual({ kind: 'approved', approvedAt: NOW, providerId: token });
  expect(await toss.approve(asked, token)).toEqual(outcome);
  expect(await emulator.calls(asked.id)).toMatchObject({ confirm: 2 });
});

test('a second approval by another attempt proves nothing; the lookup knows', async () => {
  const { provider_id: token, ...asked } = await paid();
  const again = { ...asked, provider_id: null, attempt: 2 };
  expect(await toss.approve(again, token)).toEqual({
    kind: 'unknown',
    cause: '400 ALREADY_PROCESSED_PAYMENT',
  });
  expect(await toss.lookup(again, token)).toMatchObject({ kind: 'approved', amount: 22_000 });
  expect(await toss.lookup(again)).toMatchObject({ kind: 'approved', providerId: token });
});

test('a token that is not this payment’s is told apart, and the right one still works', async () => {
  const [mine, other] = [payment(), payment()];
  const [right, wrong] = [await emulator.agrees(mine), await emulator.agrees(other)];
  for (const [at, token] of [wrong, 'nobodys', '../orders/x', 'x'.repeat(300)].entries()) {
    const asked = { ...mine, attempt: at + 1 };
    expect(await toss.approve(asked, token)).toEqual({ kind: 'wrong-token' });
    expect(await toss.lookup(asked, token)).toEqual({ kind: 'in-progress', status: 'IN_PROGRESS' });
  }
  expect(await toss.approve({ ...mine, attempt: 9 }, right)).toMatchObject({ kind: 'approved' });
  expect(await toss.lookup(other, wrong)).toMatchObject({ kind: 'in-progress' });
});

test('a buyer who had another amount authenticated pays nothing', async () => {
  const asked = payment();
  const token = await emulator.agrees(asked, 'card', 100);
  expect(await toss.approve(asked, token)).toEqual({ kind: 'wrong-token' });
  expect(await toss.lookup(asked, token)).toEqual({ kind: 'in-progress', status: 'IN_PROGRESS' });
});

test('what was agreed to and not approved in time is over', async () => {
  await using brief = await openEmulator({ TOSS_CONFIRM_WINDOW_MS: '1' });
  const [provider, asked] = [brief.provider(), payment()];
  const token = await brief.agrees(asked);
  let found;
  do found = await provider.lookup(asked, token);
  while (found.kind === 'in-progress');
  expect(found).toEqual({ kind: 'declined', reason: 'EXPIRED' });
  expect(await provider.approve(asked, token)).toEqual({ kind: 'wrong-token' });
});

test.each([
  ['refused', 'none', 'REJECT_CARD_COMPANY', 'CARD_REFUSED'],
  ['insufficient', 'none', 'REJECT_ACCOUNT_PAYMENT', 'INSUFFICIENT_FUNDS'],
  ['card', 'decline', 'REJECT_CARD_PAYMENT', 'INSUFFICIENT_FUNDS'],
])('a bank’s refusal (%s, %s) is declined, and looked up as such', async (choice, fault, code, reason) => {
  const asked = payment();
  const token = await emulator.agrees(asked, choice);
  await emulator.fault('confirm', fault);
  expect(await toss.approve(asked, token)).toEqual({ kind: 'declined', reason, code });
  expect(await toss.lookup(asked, token)).toEqual({ kind: 'declined', reason });
});

test.each([
  ['timeout-before', 'in-progress'],
  ['timeout-after', 'approved'],
  ['error-500', 'in-progress'],
])('approve with %s is unknown, the lookup says %s, and asking again approves', async (fault, found) => {
  const asked = payment();
  const token = await emulator.agrees(asked);
  await emulator.fault('confirm', fault);
  expect(await toss.approve(asked, token)).toEqual({ kind: 'unknown', cause: expect.any(String) });
  expect((await toss.lookup(asked, token)).kind).toBe(found);
  expect(await toss.approve(asked, token)).toMatchObject({ kind: 'approved' });
  expect(await emulator.calls(asked.id)).toMatchObject({ confirm: 2 });
});

test('an answer that never comes is given up at the deadline', async () => {
  const asked = payment();
  const token = await emulator.agrees(asked);
  await emulator.fault('confirm', 'timeout-before', 60_000);
  expect(await emulator.provider(50).approve(asked, token)).toEqual({
    kind: 'unknown',
    cause: 'TimeoutError',
  });
});

test('a lookup follows a payment from our page to its refund', async () => {
  const asked = payment();
  expect(await toss.lookup(asked)).toEqual({ kind: 'in-progress', status: 'NOT_FOUND_PAYMENT' });
  const window = await emulator.opensWindow(asked);
  expect(await toss.lookup(asked)).toEqual({ kind: 'in-progress', status: 'READY' });
  const token = (await emulator.presses(window, 'card')).get('paymentKey') ?? '';
  expect(await toss.lookup(asked)).toEqual({ kind: 'in-progress', status: 'IN_PROGRESS' });

  await toss.approve(asked, token);
  const approved = { kind: 'approved', amount: 22_000, approvedAt: NOW, providerId: token };
  expect(await toss.lookup(asked, token)).toEqual({ ...approved, cancelled: 0 });

  const known = { ...asked, provider_id: token };
  expect(await toss.cancel(known, { amount: 2_000, remaining: 22_000, key: 'a' })).toEqual({
    kind: 'cancelled',
    total: 2_000,
    remaining: 20_000,
  });
  expect(await toss.lookup(known)).toEqual({ ...approved, cancelled: 2_000 });
  expect(await toss.cancel(known, { amount: 20_000, remaining: 20_000, key: 'b' })).toEqual({
    kind: 'cancelled',
    total: 22_000,
    remaining: 0,
  });
  expect(await toss.lookup(known)).toEqual({ kind: 'cancelled', amount: 22_000, cancelled: 22_000 });
});

test('a lookup tells a buyer who cancelled from a payment that failed', async () => {
  const [quit, failed] = [payment(), payment()];
  await emulator.agrees(quit, 'cancel');
  await emulator.agrees(failed, 'fail');
  expect(await toss.lookup(quit)).toEqual({ kind: 'declined', reason: 'CANCELLED_BY_BUYER' });
  expect(await toss.lookup(failed)).toEqual({ kind: 'declined', reason: 'OTHER' });
});

test('a window that the buyer gave up says nothing about the one in which they paid', async () => {
  const asked = payment();
  const token = await emulator.agrees(asked);
  await emulator.agrees(asked, 'cancel');
  expect(await toss.lookup(asked)).toMatchObject({ kind: 'declined' });
  expect(await toss.lookup(asked, token)).toEqual({ kind: 'in-progress', status: 'IN_PROGRESS' });
  expect(await toss.lookup(asked, 'nobodys')).toEqual({ kind: 'in-progress', status: 'ABORTED' });
  expect(await toss.approve(asked, token)).toMatchObject({ kind: 'approved', providerId: token });
});

test.each(['timeout-before', 'timeout-after', 'error-500'])('a lookup with %s is unknown', async (fault) => {
  const asked = payment();
  const token = await emulator.agrees(asked);
  for (const named of [token, undefined]) {
    await emulator.fault('lookup', fault);
    expect((await toss.lookup(asked, named)).kind).toBe('unknown');
  }
});

test('a repeated refund gives nothing back twice, and hears the same again', async () => {
  const known = await paid();
  const half = { amount: 11_000, remaining: 22_000, key: 'half' };
  const back = { kind: 'cancelled', total: 11_000, remaining: 11_000 };
  expect(await toss.cancel(known, half)).toEqual(back);
  expect(await toss.cancel(known, half)).toEqual(back);
  expect(await toss.cancel(known, { ...half, key: 'other' })).toEqual({
    kind: 'refused',
    code: 'NOT_MATCHES_REFUNDABLE_AMOUNT',
  });
  expect(await toss.lookup(known)).toMatchObject({ cancelled: 11_000 });
});

test('a refund finds out which paymentKey has the money, and none of what was never paid', async () => {
  const [known, unpaid] = [await paid(), payment()];
  const whole = { amount: 22_000, remaining: 22_000, key: 'whole' };
  expect(await toss.cancel({ ...known, provider_id: null }, whole)).toMatchObject({ kind: 'cancelled' });
  const token = await emulator.agrees(unpaid);
  expect(await toss.cancel(unpaid, whole)).toEqual({ kind: 'unknown', cause: 'no paymentKey has money' });
  expect(await toss.cancel({ ...unpaid, provider_id: token }, whole)).toEqual({
    kind: 'refused',
    code: 'NOT_CANCELABLE_PAYMENT',
  });
});

test.each([
  ['timeout-before', 'unknown', 0, 'cancelled'],
  ['timeout-after', 'unknown', 22_000, 'cancelled'],
  ['error-500', 'unknown', 0, 'cancelled'],
  ['decline', 'refused', 0, 'refused'],
])(
  'a refund with %s is %s, %d won went back, and asking again is %s',
  async (fault, kind, cancelled, again) => {
    const known = await paid();
    const whole = { amount: 22_000, remaining: 22_000, key: 'whole' };
    await emulator.fault('cancel', fault);
    expect((await toss.cancel(known, whole)).kind).toBe(kind);
    expect(await toss.lookup(known)).toMatchObject({ cancelled });
    expect((await toss.cancel(known, whole)).kind).toBe(again);
  },
);

test('a wrong key of the shop’s proves nothing', async () => {
  const asked = payment();
  const token = await emulator.agrees(asked);
  const stranger = emulator.provider(10_000, 'wrong');
  expect(await stranger.approve(asked, token)).toEqual({ kind: 'unknown', cause: '401 UNAUTHORIZED_KEY' });
  expect(await stranger.lookup(asked)).toEqual({ kind: 'unknown', cause: '401 UNAUTHORIZED_KEY' });
  expect(await stranger.lookup(asked, token)).toEqual({ kind: 'unknown', cause: '401 UNAUTHORIZED_KEY' });
});

import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { openKakaoPay, type ApproveInput, type KakaoPay } from '../src/kakaopay/index.js';
import {
  agreed,
  begin,
  INPUT,
  KEY,
  openCanned,
  openEmulator,
  press,
  type Emulator,
} from './kakaopay-client.fixture.js';

let emulator: Emulator;
let kakaopay: KakaoPay;

beforeAll(async () => {
  emulator = await openEmulator();
});
beforeEach(() => {
  kakaopay = emulator.client();
});
afterAll(async () => {
  await emulator[Symbol.asyncDispose]();
});

async function paid(): Promise<ApproveInput> {
  const approval = await agreed(kakaopay);
  expect(await kakaopay.approve(approval)).toMatchObject({ kind: 'approved' });
  return approval;
}

const whole = { amount: INPUT.amount, cancelAvailable: INPUT.amount };

/** Both clocks are this machine's; the provider's time has whole seconds. */
function expectNow(time: Date): void {
  expect(Math.abs(time.getTime() - Date.now())).toBeLessThan(10_000);
}

test('ready gives the tid and the buyer’s pages', async () => {
  const outcome = await kakaopay.ready(INPUT);
  expect(outcome).toEqual({
    kind: 'ready',
    tid: expect.stringMatching(/^T/),
    redirectUrl: expect.stringContaining('/bridge/pc/'),
    mobileRedirectUrl: expect.stringContaining('/bridge/mobile-web/'),
    createdAt: expect.any(Date),
  });
  if (outcome.kind === 'ready') expectNow(outcome.createdAt);
});

test('an item’s name is cut to what KakaoPay takes', async () => {
  expect((await kakaopay.ready({ ...INPUT, itemName: `${'가'.repeat(98)}👟👟` })).kind).toBe('ready');
  await using canned = await openCanned(500, '');
  await canned.kakaopay.ready({ ...INPUT, itemName: `${'가'.repeat(98)}👟👟` });
  expect(canned.received[0]?.body).toMatchObject({ item_name: `${'가'.repeat(98)}…` });
});

test('ready is refused for what cannot be paid, and unavailable for a wrong key or a fault', async () => {
  expect(await kakaopay.ready({ ...INPUT, amount: 0 })).toEqual({ kind: 'refused', code: -722 });
  const stranger = emulator.client({ secretKey: 'wrong' });
  expect(await stranger.ready(INPUT)).toEqual({ kind: 'unavailable', cause: '-401' });
  await using canned = await openCanned(400, { error_code: -731 });
  expect(await canned.kakaopay.ready(INPUT)).toEqual({ kind: 'unavailable', cause: '-731' });
  await emulator.fault('ready', 'error-500');
  expect(await kakaopay.ready(INPUT)).toEqual({ kind: 'unavailable', cause: 'HTTP 500' });
  await emulator.fault('ready', 'timeout-before');
  expect(await kakaopay.ready(INPUT)).toEqual({ kind: 'unavailable', cause: expect.any(String) });
});

test.each([
  ['card', 'CARD'],
  ['money', 'MONEY'],
])('a payment by %s is approved', async (choice, method) => {
  const outcome = await kakaopay.approve(await agreed(kakaopay, choice));
  expect(outcome).toEqual({ kind: 'approved', approvedAt: expect.any(Date), method });
  if (outcome.kind === 'approved') expectNow(outcome.approvedAt);
});

test('a token that is not this payment’s is told apart, and the right one still works', async () => {
  const [mine, other] = [await agreed(kakaopay), await agreed(kakaopay)];
  expect(await kakaopay.approve({ ...mine, pgToken: other.pgToken })).toEqual({ kind: 'wrong-token' });
  expect(await kakaopay.approve(mine)).toMatchObject({ kind: 'approved' });
});

test('a token for a payment that its buyer has not agreed to is wrong', async () => {
  const { tid } = await begin(kakaopay);
  expect(await kakaopay.approve({ ...(await agreed(kakaopay)), tid })).toEqual({ kind: 'wrong-token' });
});

test('a second approval proves nothing; the lookup knows', async () => {
  const approval = await paid();
  expect(await kakaopay.approve(approval)).toEqual({ kind: 'unknown', cause: '-702' });
  expect(await kakaopay.lookup(approval.tid)).toMatchObject({ kind: 'approved', amount: INPUT.amount });
});

test.each([
  ['another order', { partnerOrderId: 'order-2' }, -706],
  ['another buyer', { partnerUserId: 'user-2' }, -707],
  ['another amount', { amount: 1 }, -725],
  ['an unknown tid', { tid: 'T0000000000000000000' }, -721],
])('approve for %s is declined as invalid', async (_what, change, code) => {
  const approval = await agreed(kakaopay);
  expect(await kakaopay.approve({ ...approval, ...change })).toEqual({
    kind: 'declined',
    reason: 'INVALID',
    code,
  });
});

test('a payment past its window is declined as expired', async () => {
  await using brief = await openEmulator({ KAKAOPAY_WINDOW_MS: '1' });
  const client = brief.client();
  const { tid } = await begin(client);
  let outcome;
  do outcome = await client.approve({ ...INPUT, tid, pgToken: 'x' });
  while (outcome.kind === 'wrong-token');
  expect(outcome).toEqual({ kind: 'declined', reason: 'EXPIRED', code: -723 });
  expect(await client.lookup(tid)).toEqual({ kind: 'in-progress', status: 'READY' });
});

test.each([
  ['card', 'CARD_REFUSED'],
  ['money', 'INSUFFICIENT_FUNDS'],
])('a bank’s refusal of a payment by %s is declined', async (choice, reason) => {
  const approval = await agreed(kakaopay, choice);
  await emulator.fault('approve', 'decline');
  expect(await kakaopay.approve(approval)).toEqual({ kind: 'declined', reason, code: -780 });
  expect(await kakaopay.lookup(approval.tid)).toEqual({ kind: 'declined', reason: 'CARD_REFUSED' });
  expect(await kakaopay.approve(approval)).toEqual({ kind: 'unknown', cause: '-783' });
});

test.each([
  ['timeout-before', 'in-progress'],
  ['timeout-after', 'approved'],
  ['error-500', 'in-progress'],
])('approve with %s is unknown, and the lookup says %s', async (fault, found) => {
  const approval = await agreed(kakaopay);
  await emulator.fault('approve', fault);
  expect(await kakaopay.approve(approval)).toEqual({ kind: 'unknown', cause: expect.any(String) });
  expect((await kakaopay.lookup(approval.tid)).kind).toBe(found);
  expect(await emulator.calls(approval.tid)).toMatchObject({ approve: 1 });
});

test('an answer that never comes is given up at the deadline', async () => {
  const approval = await agreed(kakaopay);
  const hasty = emulator.client({ readTimeoutMs: 50 });
  const body = JSON.stringify({ target: 'kakaopay', operation: 'approve', fault: 'timeout-before' });
  await fetch(`${emulator.url}/faults`, { method: 'POST', body });
  expect(await hasty.approve(approval)).toEqual({ kind: 'unknown', cause: 'TimeoutError' });
  await emulator.fault('approve', 'none');
});

test('a lookup follows a payment from its beginning to its refund', async () => {
  const { tid, redirectUrl } = await begin(kakaopay);
  expect(await kakaopay.lookup(tid)).toEqual({ kind: 'in-progress', status: 'READY' });
  const pgToken = (await press(redirectUrl, 'card')).searchParams.get('pg_token') ?? '';
  expect(await kakaopay.lookup(tid)).toEqual({ kind: 'in-progress', status: 'AUTH_PASSWORD' });

  await kakaopay.approve({ ...INPUT, tid, pgToken });
  const sums = { amount: 22_000, cancelled: 0, cancelAvailable: 22_000 };
  const approved = await kakaopay.lookup(tid);
  expect(approved).toEqual({ kind: 'approved', ...sums, approvedAt: expect.any(Date) });
  if (approved.kind === 'approved') expectNow(approved.approvedAt);

  expect(await kakaopay.cancel({ tid, amount: 2_000, cancelAvailable: 22_000 })).toEqual({
    kind: 'cancelled',
    total: 2_000,
    remaining: 20_000,
  });
  expect(await kakaopay.lookup(tid)).toMatchObject({
    kind: 'approved',
    cancelled: 2_000,
    cancelAvailable: 20_000,
  });

  expect(await kakaopay.cancel({ tid, amount: 20_000, cancelAvailable: 20_000 })).toEqual({
    kind: 'cancelled',
    total: 22_000,
    remaining: 0,
  });
  expect(await kakaopay.lookup(tid)).toEqual({ kind: 'cancelled', amount: 22_000, cancelled: 22_000 });
});

test('a lookup tells a buyer who cancelled from a payment that failed, and knows no stranger', async () => {
  const [quit, failed] = [await begin(kakaopay), await begin(kakaopay)];
  await press(quit.redirectUrl, 'cancel');
  await press(failed.redirectUrl, 'fail');
  expect(await kakaopay.lookup(quit.tid)).toEqual({ kind: 'declined', reason: 'CANCELLED_BY_BUYER' });
  expect(await kakaopay.lookup(failed.tid)).toEqual({ kind: 'declined', reason: 'CARD_REFUSED' });
  expect(await kakaopay.lookup('T0000000000000000000')).toEqual({ kind: 'declined', reason: 'INVALID' });
});

test.each(['timeout-before', 'timeout-after', 'error-500'])('a lookup with %s is unknown', async (fault) => {
  const { tid } = await begin(kakaopay);
  await emulator.fault('lookup', fault);
  expect((await kakaopay.lookup(tid)).kind).toBe('unknown');
});

test('a repeated refund gives nothing back twice', async () => {
  const { tid } = await paid();
  const half = { tid, amount: 11_000, cancelAvailable: 22_000 };
  expect(await kakaopay.cancel(half)).toEqual({ kind: 'cancelled', total: 11_000, remaining: 11_000 });
  expect(await kakaopay.cancel(half)).toEqual({ kind: 'refused', code: -722 });
  expect(await kakaopay.lookup(tid)).toMatchObject({ kind: 'approved', cancelled: 11_000 });
});

test('a refund of more than was paid, or of what was never paid, is refused', async () => {
  const [{ tid }, unpaid] = [await paid(), await begin(kakaopay)];
  expect(await kakaopay.cancel({ ...whole, tid, amount: 22_001 })).toEqual({ kind: 'refused', code: -711 });
  expect(await kakaopay.cancel({ ...whole, tid: unpaid.tid })).toEqual({ kind: 'refused', code: -784 });
});

test.each([
  ['timeout-before', 'unknown', 0],
  ['timeout-after', 'unknown', 22_000],
  ['error-500', 'unknown', 0],
  ['decline', 'refused', 0],
])('a refund with %s is %s, and %d won went back', async (fault, kind, cancelled) => {
  const { tid } = await paid();
  await emulator.fault('cancel', fault);
  expect((await kakaopay.cancel({ ...whole, tid })).kind).toBe(kind);
  expect(await kakaopay.lookup(tid)).toMatchObject({ cancelled });
});

test.each([
  ['-780 USER_LOCKED', 400, { error_code: -780, extras: { method_result_code: 'USER_LOCKED' } }],
  ['-780 BANK_FIRM_UNKNOWN', 400, { error_code: -780, extras: { method_result_code: 'BANK_FIRM_UNKNOWN' } }],
  ['-780', 400, { error_code: -780 }],
  ['-785', 400, { error_code: -785 }],
  ['-731', 400, { error_code: -731 }],
  ['-798', 400, { error_code: -798 }],
  ['-429', 429, { error_code: -429 }],
  ['-9999', 400, { error_code: -9999 }],
  ['HTTP 503', 503, { error_code: -706 }],
  ['HTTP 400', 400, '<html>'],
  ['HTTP 302', 302, ''],
  ['HTTP 200 with an unreadable body', 200, ''],
  ['HTTP 200 with an unreadable body', 200, { tid: 'T1' }],
])('approve answered by %s (%d) proves nothing', async (cause, status, body) => {
  await using canned = await openCanned(status, body);
  expect(await canned.kakaopay.approve({ ...INPUT, tid: 'T1', pgToken: 'x' })).toEqual({
    kind: 'unknown',
    cause,
  });
});

const APPROVED = {
  tid: 'T1',
  partner_order_id: 'order-1',
  payment_method_type: 'CARD',
  amount: { total: 22_000 },
  approved_at: '2026-11-20T12:00:00',
};

test('a time without an offset is Korea’s, and unknown fields do not matter', async () => {
  await using canned = await openCanned(200, { ...APPROVED, new_field: {} });
  expect(await canned.kakaopay.approve({ ...INPUT, tid: 'T1', pgToken: 'x' })).toEqual({
    kind: 'approved',
    approvedAt: new Date('2026-11-20T03:00:00Z'),
    method: 'CARD',
  });
  expect(canned.received[0]?.headers.authorization).toBe(`SECRET_KEY ${KEY}`);
});

test.each([
  ['tid', { tid: 'T2' }],
  ['order', { partner_order_id: 'order-2' }],
  ['amount', { amount: { total: 21_999 } }],
])('an approval of another %s is not taken for this one', async (_what, change) => {
  await using canned = await openCanned(200, { ...APPROVED, ...change });
  const outcome = await canned.kakaopay.approve({ ...INPUT, tid: 'T1', pgToken: 'x' });
  expect(outcome).toEqual({ kind: 'unknown', cause: 'the answer is about another payment' });
});

test.each([
  ['SUCCESS_PAYMENT', 'unknown'],
  ['CANCEL_PAYMENT', 'unknown'],
  ['ISSUED_SID', 'unknown'],
  ['SEND_TMS', 'in-progress'],
  ['SELECT_METHOD', 'in-progress'],
  ['ARS_WAITING', 'in-progress'],
  ['FAIL_AUTH_PASSWORD', 'declined'],
])('a bare %s is %s', async (status, kind) => {
  await using canned = await openCanned(200, { tid: 'T1', status });
  expect((await canned.kakaopay.lookup('T1')).kind).toBe(kind);
  expect((await canned.kakaopay.lookup('T2')).kind).toBe('unknown');
});

test.each([-785, -781])('a refund answered by %d alone proves nothing', async (error_code) => {
  await using canned = await openCanned(400, { error_code });
  expect(await canned.kakaopay.cancel({ ...whole, tid: 'T1' })).toEqual({
    kind: 'unknown',
    cause: String(error_code),
  });
});

test('a provider that is not there is a value too, and says nothing secret', async () => {
  const nowhere = openKakaoPay({ baseUrl: 'http://127.0.0.1:1', secretKey: KEY, cid: 'TC0ONETIME' });
  const input = { ...INPUT, tid: 'T1', pgToken: 'secret-token' };
  expect(await nowhere.approve(input)).toEqual({ kind: 'unknown', cause: 'ECONNREFUSED' });
  expect(await nowhere.lookup('T1')).toEqual({ kind: 'unknown', cause: 'ECONNREFUSED' });
  expect(await nowhere.cancel({ ...whole, tid: 'T1' })).toEqual({ kind: 'unknown', cause: 'ECONNREFUSED' });
  expect(await nowhere.ready(INPUT)).toEqual({ kind: 'unavailable', cause: 'ECONNREFUSED' });
  await nowhere.close();
});

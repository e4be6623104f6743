import { expect, test } from '@jest/globals';
import { openTossProvider } from '../src/toss/toss-provider.js';
import { KEY, openCanned, payment } from './toss-provider.fixture.js';

const asked = payment();
const TOKEN = 'tgen_20261120secret';
const known = { ...asked, provider_id: TOKEN };
const whole = { amount: 22_000, remaining: 22_000, key: 'order:1' };

const DONE = {
  paymentKey: TOKEN,
  orderId: asked.id,
  status: 'DONE',
  currency: 'KRW',
  totalAmount: 22_000,
  balanceAmount: 22_000,
  approvedAt: '2026-11-20T12:00:00+09:00',
};

test('a time is Korea’s, and unknown fields do not matter', async () => {
  await using canned = await openCanned(200, { ...DONE, new_field: {} });
  expect(await canned.provider.approve(asked, TOKEN)).toEqual({
    kind: 'approved',
    approvedAt: new Date('2026-11-20T03:00:00Z'),
    providerId: TOKEN,
  });
});

test('every POST has a key of its own, and the secret stands in no other place than its header', async () => {
  await using canned = await openCanned(400, { code: 'PROVIDER_ERROR', message: 'x' });
  await canned.provider.approve(asked, TOKEN);
  await canned.provider.approve({ ...asked, attempt: 2 }, TOKEN);
  await canned.provider.cancel(known, whole);
  await canned.provider.cancel(known, { amount: 500, remaining: 700, key: 'k'.repeat(300) });
  await canned.provider.lookup(known);
  const basic = `Basic ${Buffer.from(`${KEY}:`).toString('base64')}`;
  expect(canned.received.map(({ headers }) => headers.authorization)).toEqual(Array(5).fill(basic));
  expect(canned.received.map(({ headers }) => headers['idempotency-key'])).toEqual([
    `approve:${asked.id}:1`,
    `approve:${asked.id}:2`,
    'refund:order:1',
    expect.stringMatching(/^[0-9a-f]{64}$/),
    undefined,
  ]);
  expect(canned.received.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'POST /v1/payments/confirm',
    'POST /v1/payments/confirm',
    `POST /v1/payments/${TOKEN}/cancel`,
    `POST /v1/payments/${TOKEN}/cancel`,
    `GET /v1/payments/${TOKEN}`,
  ]);
  const cancelReason = '주문 환불';
  expect(canned.received.map(({ body }) => body)).toEqual([
    { paymentKey: TOKEN, orderId: asked.id, amount: 22_000 },
    { paymentKey: TOKEN, orderId: asked.id, amount: 22_000 },
    { cancelReason, refundableAmount: 22_000 },
    { cancelReason, cancelAmount: 500, refundableAmount: 700 },
    undefined,
  ]);
});

test.each([
  ['400 PROVIDER_ERROR', 400, { code: 'PROVIDER_ERROR' }],
  ['400 ALREADY_PROCESSED_PAYMENT', 400, { code: 'ALREADY_PROCESSED_PAYMENT' }],
  ['400 DUPLICATED_ORDER_ID', 400, { code: 'DUPLICATED_ORDER_ID' }],
  ['400 CARD_PROCESSING_ERROR', 400, { code: 'CARD_PROCESSING_ERROR' }],
  ['400 INVALID_API_KEY', 400, { code: 'INVALID_API_KEY' }],
  ['400 INVALID_IDEMPOTENCY_KEY', 400, { code: 'INVALID_IDEMPOTENCY_KEY' }],
  ['403 INCORRECT_BASIC_AUTH_FORMAT', 403, { code: 'INCORRECT_BASIC_AUTH_FORMAT' }],
  ['403 FORBIDDEN_CONSECUTIVE_REQUEST', 403, { code: 'FORBIDDEN_CONSECUTIVE_REQUEST' }],
  ['404 NOT_FOUND', 404, { code: 'NOT_FOUND' }],
  ['400 NEW_CODE', 400, { code: 'NEW_CODE' }],
  ['400 CONSTRUCTOR', 400, { code: 'CONSTRUCTOR' }],
  // Whatever code it has: of a key, a call that is running, too many of them, a server that failed in the middle.
  ['401 REJECT_CARD_COMPANY', 401, { code: 'REJECT_CARD_COMPANY' }],
  ['409 IDEMPOTENT_REQUEST_PROCESSING', 409, { code: 'IDEMPOTENT_REQUEST_PROCESSING' }],
  ['409 NOT_FOUND_PAYMENT', 409, { code: 'NOT_FOUND_PAYMENT' }],
  ['429 REJECT_CARD_COMPANY', 429, { code: 'REJECT_CARD_COMPANY' }],
  ['HTTP 500', 500, { code: 'REJECT_CARD_COMPANY' }],
  ['HTTP 400', 400, { code: 'a card number 4000' }],
  ['HTTP 400', 400, '<html>'],
  ['HTTP 302', 302, ''],
  ['HTTP 200 with an unreadable body', 200, ''],
  ['HTTP 200 with an unreadable body', 200, { ...DONE, currency: 'USD' }],
  ['HTTP 200 with an unreadable body', 200, { ...DONE, totalAmount: '22000' }],
])('approve answered by %s (%d) proves nothing', async (cause, status, body) => {
  await using canned = await openCanned(status, body);
  expect(await canned.provider.approve(asked, TOKEN)).toEqual({ kind: 'unknown', cause });
});

test.each([
  ['INVALID_REJECT_CARD', 400, 'CARD_REFUSED'],
  ['INVALID_STOPPED_CARD', 400, 'CARD_REFUSED'],
  ['REJECT_CARD_COMPANY', 403, 'CARD_REFUSED'],
  ['REJECT_CARD_PAYMENT', 403, 'INSUFFICIENT_FUNDS'],
  ['EXCEED_MAX_PAYMENT_AMOUNT', 400, 'LIMIT_EXCEEDED'],
  ['EXCEED_MAX_ONE_DAY_AMOUNT', 403, 'LIMIT_EXCEEDED'],
  ['PAY_PROCESS_CANCELED', 400, 'CANCELLED_BY_BUYER'],
  ['BELOW_MINIMUM_AMOUNT', 400, 'INVALID'],
  ['NOT_AVAILABLE_BANK', 403, 'OTHER'],
])('approve answered by %s is declined', async (code, status, reason) => {
  await using canned = await openCanned(status, { code });
  expect(await canned.provider.approve(asked, TOKEN)).toEqual({ kind: 'declined', reason, code });
});

test.each([
  ['NOT_FOUND_PAYMENT', 404],
  ['NOT_FOUND_PAYMENT_SESSION', 404],
  ['INVALID_PAYMENT_KEY', 400],
  ['INVALID_REQUEST', 400],
  ['FORBIDDEN_REQUEST', 403],
])('approve answered by %s took nothing by this token', async (code, status) => {
  await using canned = await openCanned(status, { code });
  expect(await canned.provider.approve(asked, TOKEN)).toEqual({ kind: 'wrong-token' });
});

test.each([
  ['of another order', { orderId: 'other-1' }, 'the answer is about another payment'],
  ['of another amount', { totalAmount: 21_999 }, 'the answer is about another amount'],
  ['without its time', { approvedAt: null }, 'DONE without its details'],
  ['that waits for a deposit', { status: 'WAITING_FOR_DEPOSIT' }, 'confirmed, but in-progress'],
  ['that was aborted', { status: 'ABORTED' }, 'confirmed, but declined'],
])('a confirmation %s is none', async (_, change, cause) => {
  await using canned = await openCanned(200, { ...DONE, ...change });
  expect(await canned.provider.approve(asked, TOKEN)).toEqual({ kind: 'unknown', cause });
});

test.each([
  ['WAITING_FOR_DEPOSIT', {}, { kind: 'in-progress', status: 'WAITING_FOR_DEPOSIT' }],
  ['NEW_STATUS', {}, { kind: 'unknown', cause: 'undocumented status' }],
  ['DONE', { totalAmount: 1 }, { kind: 'unknown', cause: 'the answer is about another amount' }],
  ['CANCELED', { totalAmount: 1 }, { kind: 'unknown', cause: 'the answer is about another amount' }],
  ['EXPIRED', {}, { kind: 'declined', reason: 'EXPIRED' }],
  [
    'ABORTED',
    { failure: { code: 'REJECT_CARD_PAYMENT' } },
    { kind: 'declined', reason: 'INSUFFICIENT_FUNDS' },
  ],
  ['ABORTED', { failure: { code: 'toString' } }, { kind: 'declined', reason: 'OTHER' }],
  ['ABORTED', { failure: null }, { kind: 'declined', reason: 'OTHER' }],
])('a lookup that finds %s (%j) is read as it is', async (status, change, found) => {
  await using canned = await openCanned(200, { ...DONE, status, ...change });
  expect(await canned.provider.lookup(asked, TOKEN)).toEqual(found);
  expect(canned.received).toHaveLength(1);
});

test.each([
  ['404 NOT_FOUND', 404, { code: 'NOT_FOUND' }],
  ['400 NOT_FOUND_PAYMENT', 400, { code: 'NOT_FOUND_PAYMENT' }],
  ['403 FORBIDDEN_REQUEST', 403, { code: 'FORBIDDEN_REQUEST' }],
])('a lookup answered by %s is unknown', async (cause, status, body) => {
  await using canned = await openCanned(status, body);
  expect(await canned.provider.lookup(asked)).toEqual({ kind: 'unknown', cause });
  expect(await canned.provider.lookup(asked, TOKEN)).toEqual({ kind: 'unknown', cause });
});

const byOrderId = `/v1/payments/orders/${asked.id}`;
const notOpened: [number, object] = [404, { code: 'NOT_FOUND_PAYMENT' }];

test.each<[number, unknown, string]>([
  [404, { code: 'NOT_FOUND' }, '404 NOT_FOUND'],
  [400, { code: 'INVALID_PAYMENT_KEY' }, '400 INVALID_PAYMENT_KEY'],
  [403, { code: 'FORBIDDEN_REQUEST' }, '403 FORBIDDEN_REQUEST'],
  [404, '<html>', 'HTTP 404'],
  [200, { ...DONE, orderId: 'other-1', currency: 'USD' }, 'HTTP 200 with an unreadable body'],
])(
  'a token that is met by %d %j says nothing of the payment, but a key that has its money does',
  async (status, body, cause) => {
    await using canned = await openCanned(status, body, { [byOrderId]: notOpened });
    const open = { kind: 'in-progress', status: 'NOT_FOUND_PAYMENT' };
    expect(await canned.provider.lookup(asked, TOKEN)).toEqual(open);
    expect(await canned.provider.lookup(known)).toEqual({ kind: 'unknown', cause });
  },
);

test.each([
  ['401 UNAUTHORIZED_KEY', 401, { code: 'UNAUTHORIZED_KEY' }],
  ['429 TOO_MANY_REQUESTS', 429, { code: 'TOO_MANY_REQUESTS' }],
  ['HTTP 500', 500, { code: 'NOT_FOUND_PAYMENT' }],
])('a token that is met by %s is not looked up otherwise', async (cause, status, body) => {
  await using canned = await openCanned(status, body, { [byOrderId]: notOpened });
  expect(await canned.provider.lookup(asked, TOKEN)).toEqual({ kind: 'unknown', cause });
});

test.each([
  ['of another order', { orderId: 'other-1', balanceAmount: 0 }, 'the answer is about another payment'],
  ['of another amount', { balanceAmount: 21_000 }, 'another amount was given back'],
])('a refund %s is none', async (_, change, cause) => {
  await using canned = await openCanned(200, { ...DONE, status: 'CANCELED', ...change });
  expect(await canned.provider.cancel(known, whole)).toEqual({ kind: 'unknown', cause });
});

test.each([
  ['PROVIDER_ERROR', 400],
  ['FORBIDDEN_CONSECUTIVE_REQUEST', 403],
  ['NOT_CANCELABLE_PAYMENT', 409],
])('a refund answered by %s (%d) proves nothing', async (code, status) => {
  await using canned = await openCanned(status, { code });
  expect(await canned.provider.cancel(known, whole)).toEqual({
    kind: 'unknown',
    cause: `${status} ${code}`,
  });
});

test('a provider that is not there is a value too, and says nothing secret', async () => {
  const nowhere = openTossProvider({
    baseUrl: 'http://127.0.0.1:1',
    secretKey: KEY,
    publicUrl: 'http://localhost:4000',
  });
  const unknown = { kind: 'unknown', cause: 'ECONNREFUSED' };
  expect(await nowhere.approve(asked, TOKEN)).toEqual(unknown);
  expect(await nowhere.lookup(asked, TOKEN)).toEqual(unknown);
  expect(await nowhere.cancel(known, whole)).toEqual(unknown);
  await nowhere.close();
});

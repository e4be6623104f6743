import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { PaymentProvider } from '../src/payment.entity.js';
import type { ProviderName } from '../src/payment-row.js';
import { PaymentStatus } from '../src/payment-status.js';
import type { PrepareOutcome, Provider } from '../src/provider/index.js';
import { StartPaymentResolver } from '../src/start-payment/start-payment.resolver.js';
import { startPayment } from '../src/start-payment/start-payment.js';
import { partsWith } from './parts.fixture.js';
import { AMOUNT, openPayments, type PaymentsUnderTest } from './payment-table.fixture.js';
import { as } from './resolver.fixture.js';

const { READY, DECLINED } = PaymentStatus;
const SHOP = 'https://shop.example/return';
const APP = 'https://app.example/return';

let payments: PaymentsUnderTest;
beforeAll(async () => {
  payments = await openPayments();
});
afterAll(() => payments[Symbol.asyncDispose]());

/** Starts payments of one order, whose provider prepares what it is asked to; a test says what else it does. */
function openOrder(provider: Partial<Provider> = {}) {
  const [orderId, buyerId] = [randomUUID(), randomUUID()];
  const prepared: string[] = [];
  const toPay = () =>
    Promise.resolve({ buyerId, payable: true, total: AMOUNT, itemName: 'Test sneaker', quantity: 1 });
  const parts = partsWith(
    payments.database,
    {
      windowMs: 60_000,
      prepare: ({ id, approvalUrl }) => {
        prepared.push(new URL(approvalUrl).origin);
        return Promise.resolve({
          kind: 'prepared',
          providerId: id,
          redirectUrl: `https://pay.example/${id}`,
        });
      },
      lookup: () => Promise.resolve({ kind: 'in-progress', status: 'READY' }),
      ...provider,
    },
    { toPay },
  );
  const start = (returnUrl: string, name: ProviderName = 'KAKAOPAY') =>
    startPayment(parts, {
      orderId,
      buyerId,
      provider: name,
      returnUrl: new URL(returnUrl),
      requestId: randomUUID(),
    });
  const started = async (returnUrl: string, name?: ProviderName) => {
    const answer = await start(returnUrl, name);
    if (answer.kind !== 'started') throw new Error(answer.kind);
    return answer.payment;
  };
  return { start, started, prepared, parts, orderId, buyerId };
}

test.each([false, true])(
  'a payment is given again while it is READY (opened in the browser: %s)',
  async (opens) => {
    const { started, prepared } = openOrder({ opensInBrowser: opens });
    const first = await started(SHOP);
    expect(await started(SHOP)).toEqual(first);
    expect(prepared).toHaveLength(1);
  },
);

test('each provider has a payment of its own', async () => {
  const { started } = openOrder();
  const [one, other] = [await started(SHOP, 'KAKAOPAY'), await started(SHOP, 'TOSS_PAYMENTS')];
  expect(one).toMatchObject({ provider: 'KAKAOPAY', status: 'READY' });
  expect(other).toMatchObject({ provider: 'TOSS_PAYMENTS', status: 'READY' });
  expect(await payments.row(one.id)).toEqual(one);
});

test('our own page leads to where the buyer asked last', async () => {
  const { started, prepared } = openOrder({ opensInBrowser: true });
  const first = await started(SHOP);
  const again = await started(APP);
  expect(again).toEqual({ ...first, return_url: APP });
  expect(prepared).toHaveLength(1);
});

test('a provider’s page that leads elsewhere is replaced by a new one', async () => {
  const { started, prepared } = openOrder();
  const first = await started(SHOP);
  const second = await started(APP);
  expect(second.id).not.toBe(first.id);
  expect(second).toMatchObject({ status: 'READY', return_url: APP });
  expect(await payments.row(first.id)).toMatchObject({
    status: 'DECLINED',
    decline_reason: 'CANCELLED_BY_BUYER',
  });
  expect(prepared).toEqual([new URL(SHOP).origin, new URL(APP).origin]);
});

test.each([
  ['paid', 'APPROVING', 'not-payable', 1],
  ['ended', DECLINED, 'started', 2],
])('a payment that is %s while it is asked about', async (_, status, answer, pages) => {
  let ready = '';
  const { start, started, prepared } = openOrder({
    lookup: async () => {
      await payments.database.run('UPDATE payment SET status = $2 WHERE id = $1', [ready, status]);
      return { kind: 'declined', reason: 'CANCELLED_BY_BUYER' };
    },
  });
  ready = (await started(SHOP)).id;
  expect((await start(SHOP)).kind).toBe(answer);
  expect(prepared).toHaveLength(pages);
});

test('money that was taken behind a READY payment goes back when another is started', async () => {
  const approvedAt = new Date();
  const { started } = openOrder({
    lookup: ({ id }) =>
      Promise.resolve({ kind: 'approved', amount: AMOUNT, cancelled: 0, approvedAt, providerId: id }),
  });
  const first = await started(SHOP);
  const second = await started(SHOP);
  expect(second).toMatchObject({ status: READY });
  expect(await payments.stateOf(first.id)).toMatchObject({
    payment: { status: 'REFUNDING', approved_at: approvedAt },
    refunds: [{ key: `late:${first.id}`, amount: AMOUNT }],
  });
});

test('a provider that is held off is not asked, whether or not a payment is READY', async () => {
  const retryAt = new Date('2126-01-01T00:00:00Z');
  let heldOff = true;
  const asked: string[] = [];
  const { start, started, prepared } = openOrder({
    retryAt: () => (heldOff ? retryAt : undefined),
    lookup: ({ id }) => {
      asked.push(id);
      return Promise.resolve({ kind: 'in-progress', status: 'READY' });
    },
  });
  expect(await start(SHOP)).toEqual({ kind: 'unavailable', retryAt });
  heldOff = false;
  const first = await started(SHOP);
  heldOff = true;
  expect(await start(SHOP)).toEqual({ kind: 'unavailable', retryAt });
  expect(asked).toEqual([]);
  expect(prepared).toHaveLength(1);
  heldOff = false;
  expect((await started(SHOP)).id).toBe(first.id);
});

test.each<[PrepareOutcome, object]>([
  [{ kind: 'refused', code: 'BELOW_MINIMUM_AMOUNT' }, { kind: 'not-taken' }],
  [{ kind: 'unavailable', cause: 'HTTP 500' }, { kind: 'unavailable' }],
])('what a provider does not prepare is no payment: %j', async (outcome, answer) => {
  const { start } = openOrder({ prepare: () => Promise.resolve(outcome) });
  expect(await start(SHOP)).toEqual(answer);
});

test('who chose a provider that does not take their order is told so', async () => {
  const { parts, orderId, buyerId } = openOrder({
    prepare: () => Promise.resolve({ kind: 'refused', code: 'BELOW_MINIMUM_AMOUNT' }),
  });
  const resolver = new StartPaymentResolver(parts, new URL(SHOP).origin);
  const input = { orderId, provider: PaymentProvider.TOSS_PAYMENTS, returnUrl: new URL(SHOP) };
  await expect(resolver.startPayment(as(buyerId), input)).rejects.toMatchObject({
    extensions: { code: 'BAD_USER_INPUT', fields: [{ path: 'input.provider' }] },
  });
});

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { eventually, openTestDatabase, type TestDatabase } from '@stampede/shared/testing';
import { approvePayment } from '../src/approve-payment/approve-payment.js';
import type { ApproveOutcome, Provider } from '../src/provider/index.js';
import { partsWith } from './parts.fixture.js';
import { onOrderExpired } from '../src/order-ended/on-order-ended.js';
import { paymentChanges } from '../src/payment-changes.js';
import type { PaymentParts } from '../src/payment-parts.js';
import { findPayment, move } from '../src/payment-row.js';
import { PaymentStatus } from '../src/payment-status.js';
import { onRefundRequested } from '../src/refund/on-refund-requested.js';
import { openRefunding } from '../src/refund/refund-due.js';
import { startPayment } from '../src/start-payment/start-payment.js';

const MIGRATIONS = fileURLToPath(new URL('../migrations', import.meta.url));
const TOTAL = 3_000;

const buyerId = randomUUID();
let house: TestDatabase;
let parts: PaymentParts;
const APPROVED: ApproveOutcome = { kind: 'approved', approvedAt: new Date(), providerId: 'T1' };
let outcome: ApproveOutcome;
let captured = false;
const told: string[] = [];
const listening = paymentChanges.listen((orderId) => told.push(orderId));

/** A provider that answers as the test wants. */
const provider: Provider = {
  windowMs: 60_000,
  opensInBrowser: false,
  confirmWindowMs: 0,
  retryAt: () => undefined,
  prepare: () =>
    Promise.resolve({ kind: 'prepared', providerId: randomUUID(), redirectUrl: 'https://pay.example/' }),
  approve: () => Promise.resolve(outcome),
  lookup: () =>
    Promise.resolve(
      captured
        ? { kind: 'approved', approvedAt: new Date(), amount: TOTAL, cancelled: 0, providerId: 'T1' }
        : { kind: 'in-progress', status: 'READY' },
    ),
  cancel: () => Promise.resolve({ kind: 'cancelled', total: TOTAL, remaining: 0 }),
  close: () => Promise.resolve(),
};

beforeAll(async () => {
  house = await openTestDatabase('payment', MIGRATIONS);
  parts = partsWith(house.database, provider, {
    toPay: () =>
      Promise.resolve({ buyerId, payable: true, total: TOTAL, itemName: 'Test sneaker', quantity: 1 }),
  });
});
afterAll(async () => {
  await listening.close();
  await house[Symbol.asyncDispose]();
});

/** Which orders were told of while this was done. */
async function tells(change: () => Promise<unknown>): Promise<string[]> {
  told.length = 0;
  await change();
  return [...told];
}

async function start(orderId: string) {
  const returnUrl = new URL('http://localhost:4000/return');
  const answer = await startPayment(parts, {
    orderId,
    buyerId,
    provider: 'KAKAOPAY',
    returnUrl,
    requestId: 'request',
  });
  if (answer.kind !== 'started') throw new Error(answer.kind);
  return answer.payment;
}

const deliver = (handler: typeof onOrderExpired, body: object) =>
  house.database.transaction('test', (tx) =>
    handler.handle(tx, handler.type.schema.parse(body), { messageId: randomUUID(), attempts: 0 }),
  );

test('each step of a payment tells of its order, after its commit', async () => {
  const orderId = randomUUID();
  expect(await tells(() => start(orderId))).toEqual([orderId]);
  expect(await tells(() => start(orderId))).toEqual([]);
  const ready = await start(orderId);
  outcome = APPROVED;
  expect(await tells(() => approvePayment(parts, ready, 'token', 'request'))).toEqual([orderId, orderId]);
  expect(await findPayment(house.database, ready.id)).toMatchObject({ status: 'APPROVED' });

  const refund = { key: `order:${orderId}`, orderId, paymentId: ready.id, amount: TOTAL, reason: 'BUYER' };
  expect(await tells(() => deliver(onRefundRequested, refund))).toEqual([orderId]);
  captured = true;
  const isRefunded = async () =>
    expect(await findPayment(house.database, ready.id)).toMatchObject({ status: 'REFUNDED' });
  const givesBack = async () => {
    const refunding = openRefunding(parts);
    await eventually(isRefunded);
    await refunding.close();
  };
  expect(await tells(givesBack)).toContain(orderId);
});

test('a declined payment and one that was given up tell of their orders', async () => {
  const orderId = randomUUID();
  const ready = await start(orderId);
  outcome = { kind: 'declined', reason: 'CARD_REFUSED', code: '-780' };
  expect(await tells(() => approvePayment(parts, ready, 'token', 'request'))).toEqual([orderId, orderId]);
  await start(orderId);
  const expired = { orderId, buyerId };
  expect(await tells(() => deliver(onOrderExpired, expired))).toEqual([orderId]);
  expect(await tells(() => deliver(onOrderExpired, expired))).toEqual([]);
});

test('a change that is undone is never told', async () => {
  const orderId = randomUUID();
  const ready = await start(orderId);
  const undone = () =>
    house.database.transaction('test', async (tx) => {
      await move(tx, ready, PaymentStatus.READY, PaymentStatus.CANCELLED);
      throw new Error('undone');
    });
  expect(await tells(() => undone().catch(() => undefined))).toEqual([]);
  expect(await findPayment(house.database, ready.id)).toMatchObject({ status: 'READY' });
});

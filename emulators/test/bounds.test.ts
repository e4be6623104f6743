import { expect, test } from '@jest/globals';
import { Calls } from '../src/calls.js';
import { nothing } from '../src/kakaopay/amounts.js';
import { Ledger, type Payment } from '../src/kakaopay/ledger.js';
import { Ledger as TossLedger } from '../src/toss/ledger.js';
import type { Payment as TossPayment } from '../src/toss/payment.js';

const FULL = 50_000;

function payment(serial: number): Payment {
  return {
    tid: `T${serial}`,
    page: `P${serial}`,
    cid: 'TC0ONETIME',
    partnerOrderId: 'order-1',
    partnerUserId: 'user-1',
    itemName: 'Sneaker',
    quantity: 1,
    amount: nothing,
    approvalUrl: '',
    cancelUrl: '',
    failUrl: '',
    createdAt: new Date(0),
    status: 'READY',
    method: 'CARD',
    refusedByBank: false,
    canceled: nothing,
    actions: [],
  };
}

function tossPayment(serial: number): TossPayment {
  return {
    paymentKey: `K${serial}`,
    page: `P${serial}`,
    secret: '',
    orderId: `O${serial}`,
    orderName: 'Sneaker',
    amount: 1_000,
    taxFreeAmount: 0,
    successUrl: '',
    failUrl: '',
    requestedAt: new Date(0),
    status: 'READY',
    cancels: [],
  };
}

test('a full ledger forgets its oldest payment, tid and page', () => {
  const ledger = new Ledger(() => new Date(0), 1);
  for (let serial = 0; serial <= FULL; serial += 1) ledger.add(payment(serial));
  expect(ledger.size).toBe(FULL);
  expect([ledger.byTid('T0'), ledger.byPage('P0')]).toEqual([undefined, undefined]);
  expect(ledger.byTid('T1')).toBe(ledger.byPage('P1'));
});

test('a full ledger of Toss Payments forgets its oldest payment, key, page and order', () => {
  const ledger = new TossLedger({
    now: () => new Date(0),
    windowMs: 1,
    confirmWindowMs: 1,
    changed: () => {},
  });
  for (let serial = 0; serial <= FULL; serial += 1) ledger.add(tossPayment(serial));
  expect(ledger.size).toBe(FULL);
  expect([ledger.byKey('K0'), ledger.byPage('P0'), ledger.byOrder('O0')]).toEqual(Array(3).fill(undefined));
  expect(new Set([ledger.byKey('K1'), ledger.byPage('P1'), ledger.byOrder('O1')]).size).toBe(1);
});

test('a full count forgets the tid seen first, and keeps the total', () => {
  const calls = new Calls(['approve']);
  for (let serial = 0; serial <= FULL; serial += 1) {
    calls.arrived('approve');
    calls.concerned('approve', `T${serial}`);
  }
  expect([calls.of('T0').approve, calls.of('T1').approve, calls.total.approve]).toEqual([0, 1, FULL + 1]);
});

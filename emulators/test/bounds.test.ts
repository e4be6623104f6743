import { expect, test } from '@jest/globals';
import { Calls } from '../src/calls.js';
import { nothing } from '../src/kakaopay/amounts.js';
import { Ledger, type Payment } from '../src/kakaopay/ledger.js';

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

test('a full ledger forgets its oldest payment, tid and page', () => {
  const ledger = new Ledger(() => new Date(0), 1);
  for (let serial = 0; serial <= FULL; serial += 1) ledger.add(payment(serial));
  expect(ledger.size).toBe(FULL);
  expect([ledger.byTid('T0'), ledger.byPage('P0')]).toEqual([undefined, undefined]);
  expect(ledger.byTid('T1')).toBe(ledger.byPage('P1'));
});

test('a full count forgets the tid seen first, and keeps the total', () => {
  const calls = new Calls(['approve']);
  for (let serial = 0; serial <= FULL; serial += 1) {
    calls.arrived('approve');
    calls.concerned('approve', `T${serial}`);
  }
  expect([calls.of('T0').approve, calls.of('T1').approve, calls.total.approve]).toEqual([0, 1, FULL + 1]);
});

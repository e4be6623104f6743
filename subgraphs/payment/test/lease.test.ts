import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openLog } from '@stampede/shared/telemetry';
import { eventually } from '@stampede/shared/testing';
import { keepLease, LEASE_MS } from '../src/lease.js';
import { renewLease } from '../src/payment-row.js';
import { PaymentStatus } from '../src/payment-status.js';
import { openPayments, type PaymentsUnderTest } from './payment-table.fixture.js';

const log = openLog('payment', 'silent');

let payments: PaymentsUnderTest;
beforeAll(async () => {
  payments = await openPayments();
});
afterAll(() => payments[Symbol.asyncDispose]());

async function inHand() {
  const id = await payments.place(PaymentStatus.APPROVING);
  await payments.database.run('UPDATE payment SET look_at = now() WHERE id = $1', [id]);
  return payments.row(id);
}

test('a payment that somebody is deciding is looked at by nobody else, however long it takes', async () => {
  const row = await inHand();
  const renew = () => renewLease(payments.database, row);
  await keepLease(
    log,
    renew,
    () =>
      eventually(async () => {
        const { look_at } = await payments.row(row.id);
        expect(look_at?.getTime()).toBeGreaterThan(Date.now() + LEASE_MS / 2);
      }),
    1,
  );
});

test('what is said when the work has ended stands', async () => {
  const order: string[] = [];
  let lands = () => {};
  const landed = new Promise<void>((resolve) => (lands = resolve));
  let begins = () => {};
  const begun = new Promise<void>((resolve) => (begins = resolve));
  const renew = () => {
    begins();
    return landed.then(() => void order.push('renewed'));
  };
  const kept = keepLease(log, renew, () => begun, 1).then(() => order.push('said'));
  await begun;
  await new Promise(setImmediate);
  expect(order).toEqual([]);
  lands();
  await kept;
  expect(order).toEqual(['renewed', 'said']);
});

test('a renewal that fails ends nothing, and is tried again', async () => {
  let renewals = 0;
  const renew = () => {
    renewals += 1;
    return Promise.reject(new Error('the database is away'));
  };
  const work = async () => {
    await eventually(() => expect(renewals).toBeGreaterThan(1));
    return 'done';
  };
  expect(await keepLease(log, renew, work, 1)).toBe('done');
});

test.each([
  [`status = 'DECLINED'`, 'has gone on'],
  ['attempt = attempt + 1', 'is decided anew'],
  ['looks = looks + 1', 'was taken up by somebody else'],
  ['look_at = NULL', 'is not to be looked at'],
])('a lease is not renewed of a payment that %s (it %s)', async (change) => {
  const row = await inHand();
  await payments.database.run(`UPDATE payment SET ${change} WHERE id = $1`, [row.id]);
  expect(await renewLease(payments.database, row)).toBe(0);
});

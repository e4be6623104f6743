import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openSealer } from '@stampede/shared/sealing';
import { openTestDatabase, type TestDatabase } from '@stampede/shared/testing';
import { randomBytes, randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { approvePayment } from '../src/approve-payment/approve-payment.js';
import { settle } from '../src/decision/decide.js';
import { findPayment, type PaymentRow } from '../src/payment-row.js';
import type { ApproveOutcome, Provider } from '../src/provider/index.js';
import { partsWith } from './parts.fixture.js';

let opened: TestDatabase;
beforeAll(async () => {
  opened = await openTestDatabase('payment', fileURLToPath(new URL('../migrations', import.meta.url)));
});
afterAll(() => opened[Symbol.asyncDispose]());

async function readyPayment(): Promise<PaymentRow> {
  const id = randomUUID();
  await opened.database.run(
    `INSERT INTO payment (id, order_id, buyer_id, provider, status, amount, redirect_url, window_ends_at)
     VALUES ($1, $1, gen_random_uuid(), 'TOSS_PAYMENTS', 'READY', 5000, 'http://localhost/', now() + interval '30 minutes')`,
    [id],
  );
  return (await findPayment(opened.database, id)) as PaymentRow;
}

/** A provider where this payment waits for its buyer still; `asked` is by which tokens it was looked up. */
function waitingProvider(outcome: ApproveOutcome) {
  const asked: (string | undefined)[] = [];
  const provider: Pick<Provider, 'approve' | 'lookup'> = {
    approve: () => Promise.resolve(outcome),
    lookup: (_, token) => {
      asked.push(token);
      return Promise.resolve({ kind: 'in-progress', status: 'IN_PROGRESS' });
    },
  };
  return { provider, asked };
}

test('a wrong token is looked up by itself, and its payment waits for the right one', async () => {
  const payment = await readyPayment();
  const { provider, asked } = waitingProvider({ kind: 'wrong-token' });
  const decision = await approvePayment(partsWith(opened.database, provider), payment, 'key-1', 'r-1');
  expect(decision).toMatchObject({ kind: 'declined', reason: 'INVALID', payment: { status: 'READY' } });
  expect(asked).toEqual(['key-1']);
});

test('an unknown outcome is looked up by the token that was kept', async () => {
  const payment = await readyPayment();
  const { provider, asked } = waitingProvider({ kind: 'unknown', cause: 'test' });
  const parts = partsWith(opened.database, provider);
  expect((await approvePayment(parts, payment, 'key-1', 'r-1')).kind).toBe('pending');
  const approving = (await findPayment(opened.database, payment.id)) as PaymentRow;
  expect((await settle(parts, approving, 'r-2')).kind).toBe('pending');
  expect(asked).toEqual(['key-1']);
});

test('a payment that is being approved while the keys are changed is decided by the token that was kept', async () => {
  const [old, next] = ['old', 'new'].map((id) => `${id}:${randomBytes(32).toString('base64')}`) as [
    string,
    string,
  ];
  const payment = await readyPayment();
  const { provider, asked } = waitingProvider({ kind: 'unknown', cause: 'test' });
  const parts = partsWith(opened.database, provider);
  const before = { ...parts, sealer: openSealer(`${old},${next}`) };
  expect((await approvePayment(before, payment, 'key-1', 'r-1')).kind).toBe('pending');
  const approving = (await findPayment(opened.database, payment.id)) as PaymentRow;
  const after = { ...parts, sealer: openSealer(`${next},${old}`) };
  expect((await settle(after, approving, 'r-2')).kind).toBe('pending');
  expect(asked).toEqual(['key-1']);
});

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually } from '@stampede/shared/testing';
import { openSettling } from '../src/decision/settle-unknown.js';
import type { ProviderName } from '../src/payment-row.js';
import { PaymentStatus } from '../src/payment-status.js';
import type { Provider } from '../src/provider/index.js';
import { openRefunding } from '../src/refund/refund-due.js';
import { partsWith } from './parts.fixture.js';
import { AMOUNT, openPayments, type PaymentsUnderTest } from './payment-table.fixture.js';

const { APPROVED, APPROVING, REFUNDED, REFUNDING } = PaymentStatus;

let payments: PaymentsUnderTest;
beforeAll(async () => {
  payments = await openPayments();
});
afterAll(() => payments[Symbol.asyncDispose]());

/** A provider that says nothing of some payments until it is told to, and answers for all others at once. */
function openProvider(silent: ReadonlySet<string>) {
  let speak = () => {};
  const spoken = new Promise<void>((resolve) => (speak = resolve));
  let waiting = 0;
  const lookup: Provider['lookup'] = async ({ id }) => {
    if (silent.has(id)) {
      waiting += 1;
      await spoken;
      return { kind: 'unknown', cause: 'TimeoutError' };
    }
    return {
      kind: 'approved',
      amount: AMOUNT,
      cancelled: 0,
      approvedAt: new Date(),
      providerId: id,
    };
  };
  const cancel: Provider['cancel'] = () =>
    Promise.resolve({ kind: 'cancelled', total: AMOUNT, remaining: 0 });
  const parts = partsWith(payments.database, { lookup, cancel });
  return { parts, speak, waiting: () => waiting };
}

const statusesOf = async (ids: string[]) => {
  const rows = await payments.database.query<{ status: string; count: number }>(
    'SELECT status, count(*) FROM payment WHERE id = ANY($1) GROUP BY status',
    [ids],
  );
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
};

/** The silent ones are due first, and the others are several times as many as there are slots. */
async function placeDue(status: PaymentStatus, late = 20, others: { provider?: ProviderName } = {}) {
  const silent = await Promise.all(Array.from({ length: late }, () => payments.place(status)));
  const rest = await Promise.all(Array.from({ length: 100 }, () => payments.place(status, others)));
  return { silent: new Set(silent), all: [...silent, ...rest], late: silent, others: rest };
}

const areDue = (all: string[], late: string[]) =>
  payments.database.run(
    `UPDATE payment SET look_at = now() - CASE WHEN id = ANY($2) THEN interval '2 seconds' ELSE interval '1 second' END
     WHERE id = ANY($1)`,
    [all, late],
  );

async function areToRefund(all: string[], late: string[]): Promise<void> {
  for (const id of all) await payments.asks(id, `order:${id}`, AMOUNT, false);
  await payments.database.run(
    `UPDATE refund SET try_at = now() - interval '2 seconds' WHERE payment_id = ANY($1)`,
    [late],
  );
}

test('payments of which the provider says nothing hold no others up', async () => {
  const { silent, all, late, others } = await placeDue(APPROVING);
  await areDue(all, late);
  const provider = openProvider(silent);
  const settling = openSettling(provider.parts);
  try {
    await eventually(async () => expect(await statusesOf(others)).toEqual({ [APPROVED]: 100 }));
    expect(provider.waiting()).toBe(20);
    expect(await statusesOf(late)).toEqual({ [APPROVING]: 20 });
  } finally {
    provider.speak();
    await settling.close();
  }
  // Each is to be looked at again, as those whose lease was given back.
  const [row] = await payments.database.query<{ count: number }>(
    `SELECT count(*) FROM payment WHERE id = ANY($1) AND looks = 1 AND look_at < now() + interval '3 seconds'`,
    [late],
  );
  expect(row?.count).toBe(20);
});

test('refunds of which the provider says nothing hold no others up', async () => {
  const { silent, all, late, others } = await placeDue(REFUNDING);
  await areToRefund(all, late);
  const provider = openProvider(silent);
  const refunding = openRefunding(provider.parts);
  try {
    await eventually(async () => expect(await statusesOf(others)).toEqual({ [REFUNDED]: 100 }));
    expect(provider.waiting()).toBe(20);
    expect(await statusesOf(late)).toEqual({ [REFUNDING]: 20 });
  } finally {
    provider.speak();
    await refunding.close();
  }
});

/** More than there are slots. */
const ALL_OF_ONE = 40;
const ofAnother = { provider: 'TOSS_PAYMENTS' } as const;

test('a provider that says nothing of any payment holds up no payment by another', async () => {
  const { silent, all, late, others } = await placeDue(APPROVING, ALL_OF_ONE, ofAnother);
  await areDue(all, late);
  const provider = openProvider(silent);
  const settling = openSettling(provider.parts);
  try {
    await eventually(async () => expect(await statusesOf(others)).toEqual({ [APPROVED]: 100 }));
    await eventually(() => expect(provider.waiting()).toBe(32));
  } finally {
    provider.speak();
    await settling.close();
  }
});

test('a provider that says nothing of any refund holds up no refund by another', async () => {
  const { silent, all, late, others } = await placeDue(REFUNDING, ALL_OF_ONE, ofAnother);
  await areToRefund(all, late);
  const provider = openProvider(silent);
  const refunding = openRefunding(provider.parts);
  try {
    await eventually(async () => expect(await statusesOf(others)).toEqual({ [REFUNDED]: 100 }));
    await eventually(() => expect(provider.waiting()).toBe(32));
  } finally {
    provider.speak();
    await refunding.close();
  }
});

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Database } from '@stampede/shared/database';
import { withRequestId } from '@stampede/shared/telemetry';
import { randomUUID } from 'node:crypto';
import { openApprovals } from '../src/approvals/approvals.js';
import { recordApproved } from '../src/decision/record-outcome.js';
import { isUniqueViolation } from '../src/is-unique-violation.js';
import { move, type PaymentRow } from '../src/payment-row.js';
import { PaymentStatus } from '../src/payment-status.js';
import { ATTEMPT, openPayments, type Columns, type PaymentsUnderTest } from './payment-table.fixture.js';

const { APPROVED, APPROVING, CANCELLED, READY } = PaymentStatus;

let payments: PaymentsUnderTest;
beforeAll(async () => {
  payments = await openPayments();
});
afterAll(() => payments[Symbol.asyncDispose]());

const LOOK_AT = new Date('2026-02-01T00:00:00.000Z');
const beginning = (token: string) => ({
  token: Buffer.from(token),
  look_at: LOOK_AT,
  window_ends_at: new Date('2026-02-01T00:10:00.000Z'),
});
const APPROVAL = { approvedAt: new Date('2026-01-01T00:00:00.000Z'), providerId: 'another name of it' };

const placed = async (status: PaymentStatus, columns?: Columns): Promise<PaymentRow> =>
  payments.row(await payments.place(status, columns));

const several = (status: PaymentStatus): Promise<PaymentRow[]> =>
  Promise.all([1, 2, 3].map(() => placed(status)));

/** But for what tells one payment from another. */
const columnsOf = (row: PaymentRow | undefined) => ({
  ...row,
  id: 0,
  order_id: 0,
  buyer_id: 0,
  provider_id: 0,
  created_at: 0,
  updated_at: 0,
  window_ends_at: 0,
});

/** A database that counts what it is asked. */
function counted(database: Database) {
  const asked = { statements: 0, transactions: 0 };
  return {
    asked,
    database: {
      ...database,
      query: (...args: Parameters<Database['query']>) => {
        asked.statements += 1;
        return database.query(...args);
      },
      transaction: (...args: Parameters<Database['transaction']>) => {
        asked.transactions += 1;
        return database.transaction(...args);
      },
    } as Database,
  };
}

test('payments that begin together are APPROVING by one statement, each with its own token, as one is alone', async () => {
  const { database, asked } = counted(payments.database);
  const { begin } = openApprovals(database);
  const alone = await placed(READY, { windowMs: 1_000 });
  const rows = await several(READY);
  const begun = await Promise.all(rows.map((row, index) => begin(row, beginning(`token ${index}`))));
  expect(asked).toEqual({ statements: 1, transactions: 0 });
  const expected = await move(payments.database, alone, READY, APPROVING, beginning(''));
  for (const [index, row] of begun.entries()) {
    expect(row?.id).toBe(rows[index]!.id);
    expect(await payments.row(row!.id)).toEqual(row);
    const token = Buffer.from(`token ${index}`);
    expect(columnsOf(row)).toEqual({ ...columnsOf(expected), token });
  }
  expect(begun[0]).toMatchObject({ attempt: ATTEMPT + 1, ...beginning('token 0') });
});

test('of two requests for one payment one begins, and what is not READY any more does not', async () => {
  const { begin } = openApprovals(payments.database);
  const [twin, gone, beside] = [await placed(READY), await placed(CANCELLED), await placed(READY)];
  const begun = await Promise.all(
    [twin, twin, gone, beside].map((row, index) => begin(row, beginning(`token ${index}`))),
  );
  const quicker = begun.findIndex((row) => row?.id === twin.id);
  const ids = [undefined, undefined, undefined, beside.id].with(quicker, twin.id);
  expect(begun.map((row) => row?.id)).toEqual(ids);
  expect(await payments.row(twin.id)).toMatchObject({
    attempt: ATTEMPT + 1,
    token: Buffer.from(`token ${quicker}`),
  });
});

test('of two payments of one order that begin together one is refused, and nobody beside it', async () => {
  const { begin } = openApprovals(payments.database);
  const orderId = randomUUID();
  const first = await placed(READY, { orderId });
  const second = await placed(READY, { orderId, provider: 'TOSS_PAYMENTS' });
  const beside = await placed(READY);
  const begun = await Promise.allSettled([first, second, beside].map((row) => begin(row, beginning('t'))));
  expect(begun[2]).toMatchObject({ value: { id: beside.id, status: APPROVING } });
  const refused = begun.filter((result) => result.status === 'rejected');
  expect(refused.map(({ reason }) => isUniqueViolation(reason))).toEqual([true]);
});

test('a payment that somebody else holds is waited for by nobody else', async () => {
  const { database, asked } = counted(payments.database);
  const { begin } = openApprovals(database);
  const [held, free, later] = [await placed(READY), await placed(READY), await placed(READY)];
  let waiting: Promise<PaymentRow | undefined> | undefined;
  await payments.database.transaction('test', async (tx) => {
    await move(tx, held, READY, CANCELLED);
    waiting = begin(held, beginning('held'));
    expect(await begin(free, beginning('free'))).toMatchObject({ id: free.id });
    expect(await begin(later, beginning('later'))).toMatchObject({ id: later.id });
  });
  expect(await waiting).toBeUndefined();
  // Together, what is held by itself, and what came later: nothing has waited until its statement was ended.
  expect(asked.statements).toBe(3);
});

test('approvals that are recorded together are told together, each with its request’s id, as one is alone', async () => {
  const { database, asked } = counted(payments.database);
  const { record } = openApprovals(database);
  const alone = await recordApproved(payments.database, await placed(APPROVING), APPROVAL);
  const rows = await several(APPROVING);
  const recorded = await Promise.all(
    rows.map((row, index) => withRequestId(`request-${index}`, () => record(row, APPROVAL))),
  );
  expect(asked).toEqual({ statements: 0, transactions: 1 });
  const expected = await payments.stateOf(alone!.id);
  for (const row of recorded) {
    expect(columnsOf(row)).toEqual(columnsOf(alone));
    const state = JSON.stringify(await payments.stateOf(row!.id));
    expect(state.replaceAll(row!.id, 'ID')).toBe(JSON.stringify(expected).replaceAll(alone!.id, 'ID'));
  }
  const told = await payments.database.query(
    `SELECT body->>'paymentId' AS id, request_id FROM outbox WHERE body->>'paymentId' = ANY($1) ORDER BY id`,
    [rows.map(({ id }) => id)],
  );
  const wanted = rows.map(({ id }, index) => ({ id, request_id: `request-${index}` }));
  expect(new Set(told)).toEqual(new Set(wanted));
});

test('an approval of an earlier attempt, or of what has ended, is not recorded beside one that is', async () => {
  const { record } = openApprovals(payments.database);
  const [earlier, ended, ordinary] = [
    await placed(APPROVING),
    await placed(CANCELLED),
    await placed(APPROVING),
  ];
  const all = [{ ...earlier, attempt: ATTEMPT - 1 }, ended, ordinary, ordinary];
  const recorded = await Promise.all(all.map((row) => record(row, APPROVAL)));
  expect(recorded.slice(0, 2)).toEqual([undefined, undefined]);
  expect(recorded.filter((row) => row?.id === ordinary.id)).toHaveLength(1);
  expect(await payments.row(earlier.id)).toEqual(earlier);
  expect(await payments.row(ended.id)).toEqual(ended);
  expect((await payments.stateOf(earlier.id)).said).toEqual([]);
  expect(await payments.stateOf(ordinary.id)).toMatchObject({
    payment: { status: APPROVED },
    said: [['payment.approved', { paymentId: ordinary.id }]],
  });
});

test('while the database is away nobody is asked a second time, and what was not done is said to each', async () => {
  let asked = 0;
  const away = () => {
    asked += 1;
    return Promise.reject(new Error('Connection terminated unexpectedly'));
  };
  const { begin, record, find } = openApprovals({ query: away, transaction: away } as unknown as Database);
  const row = { id: randomUUID(), attempt: 1 } as PaymentRow;
  const results = await Promise.allSettled([
    begin(row, beginning('one')),
    begin(row, beginning('other')),
    record(row, APPROVAL),
    record(row, APPROVAL),
    find(row.id),
    find(row.id),
  ]);
  expect(results.map(({ status }) => status)).toEqual(Array(6).fill('rejected'));
  expect(asked).toBe(3);
});

test('payments that are looked for together are found by one statement, and nobody another’s', async () => {
  const { database, asked } = counted(payments.database);
  const { find } = openApprovals(database);
  const [one, other] = [await placed(READY), await placed(READY)];
  expect(await Promise.all([find(other.id), find(randomUUID()), find(one.id), find(one.id)])).toEqual([
    other,
    undefined,
    one,
    one,
  ]);
  expect(asked).toEqual({ statements: 1, transactions: 0 });
  expect(await find(one.id.toUpperCase())).toEqual(one);
});

test('it is a rush while 64 buyers wait, whatever becomes of them', async () => {
  const { during, isRush } = openApprovals(payments.database);
  const ends: (() => void)[] = [];
  const buyers = Array.from({ length: 64 }, (_, index) =>
    during(
      () =>
        new Promise<void>((resolve, reject) => {
          ends.push(index % 2 === 0 ? resolve : () => reject(new Error('no')));
        }),
    ),
  );
  const settled = Promise.allSettled(buyers);
  expect(isRush()).toBe(true);
  ends.pop()?.();
  await expect(buyers.at(-1)).rejects.toThrow('no');
  expect(isRush()).toBe(false);
  ends.forEach((end) => end());
  await settled;
  const [next] = [during(() => Promise.resolve('one more'))];
  expect(isRush()).toBe(false);
  expect(await next).toBe('one more');
});

import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { eventually, type TestAccount } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { findAccounts, type Account } from '../src/account.entity.js';
import { erase } from '../src/personal-data/erase.js';
import { openSender, openTestMailServer } from './mail.fixture.js';
import { asUser, openUser, PASSWORD, type UserUnderTest } from './open-user.js';
import { openOrderMails, PAID, type Happened } from './order-mails.fixture.js';
import { somebodyWaits } from './somebody-waits.js';

let user: UserUnderTest;
let orders: ReturnType<typeof openOrderMails>;
beforeAll(async () => {
  user = await openUser();
  orders = openOrderMails(user);
});
afterAll(() => user[Symbol.asyncDispose]());
beforeEach(() => user.test.database.run('DELETE FROM mail'));

const waiting = async () =>
  (await user.test.database.query<{ kind: string }>('SELECT kind FROM mail ORDER BY kind')).map(
    ({ kind }) => kind,
  );
const subjectsTo = async (email: string) =>
  (await orders.lettersTo(email)).map((letter) => letter?.subject ?? null);

const PARCEL = { carrier: 'CJ대한통운', trackingNumber: '6072-1', revision: 1 };
const ALL: Happened[] = ['confirmed', 'expired', 'cancelled', 'refunded', 'shipped'];

const deletes = (account: TestAccount) =>
  user.ask(`mutation { deleteAccount(password: "${PASSWORD}") }`, {}, asUser(account));

test('each is written once, though it is told five times and by two replicas at once', async () => {
  const { id } = await user.account();
  const orderId = orders.order(id);
  const more = { ...PARCEL, key: 'order:1' };
  for (let again = 0; again < 3; again += 1)
    await Promise.all(ALL.flatMap((what) => [1, 2].map(() => orders.hears(what, orderId, id, more))));
  expect(await waiting()).toEqual(ALL.map((what) => `order-${what}`).toSorted());
});

test('another order, another refund and another revision of a delivery are written of anew', async () => {
  const { id } = await user.account();
  const [one, other] = [orders.order(id), orders.order(id)];
  for (const orderId of [one, other]) await orders.hears('confirmed', orderId, id);
  for (const key of ['order:1', 'unawaited:2']) await orders.hears('refunded', one, id, { key });
  // The first number was right after all; then all three are told again.
  for (const [revision, trackingNumber] of [
    [1, '1'],
    [2, '2'],
    [3, '1'],
    [1, '1'],
    [2, '2'],
    [3, '1'],
  ])
    await orders.hears('shipped', one, id, { ...PARCEL, trackingNumber, revision });
  expect(await waiting()).toEqual([
    'order-confirmed',
    'order-confirmed',
    'order-refunded',
    'order-refunded',
    'order-shipped',
    'order-shipped',
    'order-shipped',
  ]);
});

test('a mail that is undone with its message is written when the message comes again', async () => {
  const { id, email } = await user.account();
  const orderId = orders.order(id);
  const { database } = user.test;
  const [sealed] = await database.query('SELECT email FROM account WHERE id = $1', [id]);
  await database.run(`UPDATE account SET email = 'does not open' WHERE id = $1`, [id]);
  await expect(orders.hears('confirmed', orderId, id)).rejects.toThrow();
  await database.run('UPDATE account SET email = $2 WHERE id = $1', [id, sealed?.email]);
  await orders.hears('confirmed', orderId, id);
  expect(await subjectsTo(email)).toEqual(['Your order is confirmed: 1000-001A']);
});

test('nothing is written to who has no proven address, no account, or deletes it while mails wait', async () => {
  const [unproven, gone, going] = [await user.account(), await user.account(), await user.account()];
  const { database } = user.test;
  await database.run('UPDATE account SET email_verified_at = NULL WHERE id = $1', [unproven.id]);
  await deletes(gone);
  for (const id of [unproven.id, gone.id, randomUUID()])
    await orders.hears('confirmed', orders.order(id), id);
  expect(await waiting()).toEqual([]);

  // Whose address changed since the mail was queued: it is the account's, not that of the address.
  await orders.hears('confirmed', orders.order(going.id), going.id);
  await database.run('UPDATE mail SET recipient_index = NULL');
  expect((await deletes(going)).data).toEqual({ deleteAccount: true });
  expect(await waiting()).toEqual([]);
});

test('an account that is deleted while its mail is queued, or was being deleted, gets none', async () => {
  const [queued, locked] = [await user.account(), await user.account()];
  const { database } = user.test;
  let deletion: Promise<unknown> | undefined;
  let handling: Promise<unknown> | undefined;
  let done = false;
  await database.transaction('test', async (tx) => {
    await orders.handle(tx, 'confirmed', orders.order(queued.id), queued.id);
    deletion = deletes(queued).finally(() => (done = true));
    await somebodyWaits(user, () => done);
  });
  await deletion;
  expect(await waiting()).toEqual([]);

  done = false;
  await database.transaction('test', async (tx) => {
    await tx.run('SELECT FROM account WHERE id = $1 FOR UPDATE', [locked.id]);
    const [account] = await findAccounts(tx, user.sealer, [locked.id]);
    handling = orders.hears('confirmed', orders.order(locked.id), locked.id).finally(() => (done = true));
    await somebodyWaits(user, () => done);
    await erase(tx, user.sealer, account as Account);
  });
  await handling;
  expect(await waiting()).toEqual([]);
});

test('a mail that is being sent when its account has lost its address is not written', async () => {
  const { id, email } = await user.account();
  await orders.hears('confirmed', orders.order(id), id);
  await user.test.database.run('UPDATE account SET email_verified_at = NULL WHERE id = $1', [id]);
  expect(await subjectsTo(email)).toEqual([null]);
});

test('an order that is not there, or is somebody else’s, is not written of', async () => {
  const { id, email } = await user.account();
  await orders.hears('confirmed', randomUUID(), id);
  await orders.hears('confirmed', orders.order(randomUUID()), id);
  expect(await subjectsTo(email)).toEqual([null, null]);
});

/** Of an order that ended so, whichever message comes first: what is told of it, and nothing that contradicts it. */
const EXPIRED = 'Your order was not paid in time: 1000-001A';
const CANCELLED = 'Your order was cancelled: 1000-001A';
const CONFIRMED = 'Your order is confirmed: 1000-001A';
const SHIPPED = 'Your order is on its way: 1000-001A';
const CORRECTED = 'Your tracking details have been corrected: 1000-001A';
const STORIES: [status: string, heard: Happened[], subjects: (string | null)[]][] = [
  ['EXPIRED', ['expired', 'cancelled'], [EXPIRED, null]],
  ['EXPIRED', ['cancelled', 'expired'], [null, EXPIRED]],
  ['REFUNDED', ['cancelled', 'confirmed'], [CANCELLED, null]],
  ['REFUNDING', ['confirmed', 'cancelled'], [null, CANCELLED]],
  ['DELIVERED', ['shipped', 'confirmed'], [SHIPPED, CONFIRMED]],
  ['CONFIRMED', ['expired', 'cancelled', 'shipped', 'confirmed'], [null, null, null, CONFIRMED]],
];
test.each(STORIES)('of an order that is %s and of which it hears %j', async (status, heard, subjects) => {
  const { id, email } = await user.account();
  const orderId = orders.order(id, { status, delivery: PARCEL });
  for (const what of heard) await orders.hears(what, orderId, id, PARCEL);
  expect(await subjectsTo(email)).toEqual(subjects);
});

test('of a parcel that was corrected, and back, before its letters were sent the last one is written', async () => {
  const { id, email } = await user.account();
  const delivery = { ...PARCEL, revision: 3 };
  const orderId = orders.order(id, { status: 'SHIPPED', delivery });
  await orders.hears('shipped', orderId, id, PARCEL);
  await orders.hears('shipped', orderId, id, { ...PARCEL, trackingNumber: 'wrong', revision: 2 });
  await orders.hears('shipped', orderId, id, delivery);
  expect(await subjectsTo(email)).toEqual([null, null, CORRECTED]);
});

test('a tracking number that is corrected after its letter was sent is written of as that', async () => {
  const { id, email } = await user.account();
  const orderId = randomUUID();
  const subjects = [];
  for (const [index, trackingNumber] of ['1', '2', '1'].entries()) {
    const delivery = { ...PARCEL, trackingNumber, revision: index + 1 };
    orders.order(id, { status: 'SHIPPED', delivery }, orderId);
    await orders.hears('shipped', orderId, id, delivery);
    subjects.push(...(await subjectsTo(email)));
  }
  expect(subjects).toEqual([SHIPPED, CORRECTED, CORRECTED]);
});

test('while order is away its mails wait, and are sent when it is back', async () => {
  await using server = await openTestMailServer();
  const { id, email } = await user.account();
  const { database } = user.test;
  const orderId = orders.order(id, PAID);
  orders.isAway(true);
  const { readOrderLetter } = orders;
  await using sender = openSender(database, user.sealer, server.url, { readOrderLetter });
  await orders.hears('confirmed', orderId, id);
  await eventually(async () =>
    // It may be tried again before it is looked at.
    expect(await sender.metric('mails_total{outcome="failed",kind="order-confirmed"')).toMatch(/ [1-9]\d*$/),
  );
  expect(await waiting()).toEqual(['order-confirmed']);
  orders.isAway(false);
  await database.run('UPDATE mail SET due_at = now()');
  await eventually(async () => expect(await waiting()).toEqual([]));
  expect(server.received.map(({ to, mail }) => [to, mail.subject])).toEqual([[email, CONFIRMED]]);
  expect(sender.logged()).not.toContain(email);
});

test('orders that are told of together have a mail each, to their own buyer, once; none where there is nobody', async () => {
  const [one, other, gone] = [await user.account(), await user.account(), await user.account()];
  await deletes(gone);
  await user.test.database.run('DELETE FROM mail');
  const buyers = [one, other, one, gone];
  const told = buyers.map(({ id: buyerId }) => ({ orderId: orders.order(buyerId), buyerId }));
  await orders.hears('confirmed', told[1]!.orderId, other.id);
  await orders.hearsConfirmed([...told, told[0]!]);
  await orders.hearsConfirmed(told);
  const mails = await user.test.database.query<{ id: string; count: number }>(
    'SELECT account_id AS id, count(*) FROM mail GROUP BY account_id ORDER BY count',
  );
  expect(mails).toEqual([
    { id: other.id, count: 1 },
    { id: one.id, count: 2 },
  ]);
});

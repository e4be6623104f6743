import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { BreakerClock } from '@stampede/shared/circuit-breaker';
import { Unavailable } from '@stampede/shared/errors';
import { openLog, openMetrics } from '@stampede/shared/telemetry';
import { eventually } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { queueMail } from '../src/mail/queue-mail.js';
import { openOrderBreaker } from '../src/order-mails/order-breaker.js';
import { openOrderLetters } from '../src/order-mails/order-letters.js';
import { openSender, openTestMailServer } from './mail.fixture.js';
import { openUser, type UserUnderTest } from './open-user.js';
import { openOrderMails } from './order-mails.fixture.js';

let user: UserUnderTest;
beforeAll(async () => {
  user = await openUser();
});
afterAll(() => user[Symbol.asyncDispose]());

const AWAY = new Unavailable('order');
const NONE = { orderLetter: null };

/** Order answers when the test says so; time stands still until `pass`. */
function openHangingOrder() {
  let timers: { ms: number; action: () => void }[] = [];
  const clock: BreakerClock = {
    elapsed: () => 0,
    now: () => 0,
    after: (ms, action) => {
      const timer = { ms, action };
      timers.push(timer);
      return { cancel: () => void (timers = timers.filter((other) => other !== timer)) };
    },
  };
  const asked: { resolve: (answer: unknown) => void; reject: (error: Error) => void }[] = [];
  const breaker = openOrderBreaker(openLog('user', 'silent'), openMetrics('user'), clock);
  const order = {
    ask: <T>() =>
      new Promise<unknown>((resolve, reject) => {
        asked.push({ resolve, reject });
      }) as Promise<T>,
  };
  return {
    read: openOrderLetters(order, breaker),
    asked,
    pass: (ms: number) => timers.filter((timer) => timer.ms <= ms).forEach(({ action }) => action()),
  };
}

test('an order service that hangs does not keep reminders from being sent', async () => {
  await using server = await openTestMailServer();
  const { test, sealer } = user;
  const { id: accountId, email } = await user.account();
  const orders = openOrderMails(user);
  for (let mails = 0; mails < 12; mails += 1) await orders.hears('confirmed', randomUUID(), accountId);
  const content = { accountId, productId: randomUUID(), name: 'Sneaker', opensAt: '2126-11-21T11:00:00Z' };
  await queueMail(test.database, sealer, { kind: 'sale-opening', to: email, language: 'en', content });

  const { read, asked } = openHangingOrder();
  await using _ = openSender(test.database, sealer, server.url, { readOrderLetter: read });
  await eventually(() => expect(asked).toHaveLength(5));
  expect(server.received).toEqual([]);
  for (const { reject } of asked) reject(AWAY);
  // Deleted, once the server has taken it.
  await eventually(async () =>
    expect(await test.database.query('SELECT kind, count(*) FROM mail GROUP BY kind')).toEqual([
      { kind: 'order-confirmed', count: 12 },
    ]),
  );
  expect(server.received.map(({ mail }) => mail.subject)).toEqual(['The sale opens soon: Sneaker']);
  expect(asked).toHaveLength(5);
});

test('order is asked again five seconds after it was away, for one letter at first', async () => {
  const { read, asked, pass } = openHangingOrder();
  const failing = Array.from({ length: 5 }, () => read(randomUUID()));
  for (const { reject } of asked) reject(AWAY);
  for (const one of failing) await expect(one).rejects.toThrow('unavailable');
  pass(4_999);
  await expect(read(randomUUID())).rejects.toThrow('unavailable');
  expect(asked).toHaveLength(5);

  pass(5_000);
  const first = read(randomUUID());
  await expect(read(randomUUID())).rejects.toThrow('unavailable');
  asked[5]?.resolve(NONE);
  expect(await first).toBeNull();
  const next = [read(randomUUID()), read(randomUUID())];
  expect(asked).toHaveLength(8);
  for (const { resolve } of asked) resolve(NONE);
  expect(await Promise.all(next)).toEqual([null, null]);
});

test('questions that order refuses keep no other from being asked', async () => {
  const { read, asked } = openHangingOrder();
  const refused = Array.from({ length: 20 }, () => read(randomUUID()));
  for (const { reject } of asked) reject(new Error('refused'));
  for (const one of refused) await expect(one).rejects.toThrow('refused');
  const next = read(randomUUID());
  expect(asked).toHaveLength(21);
  asked[20]?.resolve(NONE);
  expect(await next).toBeNull();
});

import { expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { deadLetterQueue, on, queueName } from '@stampede/shared/messaging';
import { adminDatabaseUrl, eventually, openTcpProxy, through } from '@stampede/shared/testing';
import {
  brokerUrl,
  gate,
  noteDown,
  noted,
  openHouse,
  upTo,
  waitingIn,
  withChannel,
  writer,
} from './messaging-fixture.js';

test('everything arrives, once, when the broker goes away in the middle', async () => {
  await using house = await openHouse();
  await using proxy = await openTcpProxy(brokerUrl());
  const url = through(proxy, brokerUrl());
  const order = await house.openService('order', [], { url });
  const user = await house.openService('user', [writer], { url });

  const numbers = upTo(400);
  const noting = (async () => {
    for (const number of numbers) await order.note(number);
  })();
  await eventually(async () => expect((await user.effects()).length).toBeGreaterThan(20));
  proxy.cut();
  await eventually(() => expect(order.messaging.readiness()).toHaveLength(1));
  await noting;
  expect(await order.unpublished()).toBeGreaterThan(0);
  proxy.restore();

  await eventually(async () => expect(await user.effects()).toEqual(numbers));
  await eventually(async () => expect(await order.unpublished()).toBe(0));
  await eventually(() => expect([order, user].flatMap(({ messaging }) => messaging.readiness())).toEqual([]));
  expect(await house.deadLetters()).toEqual([]);
});

test('handlers at work when the connection goes have their effect once', async () => {
  await using house = await openHouse();
  await using proxy = await openTcpProxy(brokerUrl());
  const [released, release] = gate();
  let begun = 0;
  const slow = on(noted, async (tx, body) => {
    begun += 1;
    await noteDown(tx, body);
    await released;
  });
  const order = await house.openService('order', []);
  const user = await house.openService('user', [slow], { url: through(proxy, brokerUrl()) });
  await order.note(...upTo(20));
  await eventually(() => expect(begun).toBeGreaterThan(0));
  proxy.cut();
  await eventually(() => expect(user.messaging.readiness()).toHaveLength(1));
  release();
  proxy.restore();
  await eventually(async () => expect(await user.effects()).toEqual(upTo(20)));
  await eventually(async () =>
    expect(await user.counted('messages_consumed_total', { outcome: 'duplicate' })).toBeGreaterThan(0),
  );
  expect(await user.effects()).toEqual(upTo(20));
});

test('a confirm that never comes is not taken for one', async () => {
  await using house = await openHouse();
  await using proxy = await openTcpProxy(brokerUrl());
  const url = new URL(through(proxy, brokerUrl()));
  url.searchParams.set('heartbeat', '1');
  const order = await house.openService('order', [], { url: url.href });
  const user = await house.openService('user', [writer]);
  await order.note(1);
  await eventually(async () => expect(await user.effects()).toEqual([1]));

  proxy.freeze();
  await order.note(2, 3);
  await eventually(() => expect(order.messaging.readiness()).toHaveLength(1));
  expect(await order.unpublished()).toBe(2);
  proxy.cut();
  proxy.restore();
  await eventually(async () => expect(await user.effects()).toEqual([1, 2, 3]));
});

test('a database that goes away holds messages up and counts nothing', async () => {
  await using house = await openHouse();
  await using proxy = await openTcpProxy(adminDatabaseUrl());
  const order = await house.openService('order', []);
  const user = await house.openService('user', [writer], { leadDatabase: (url) => through(proxy, url) });
  const database = await house.databaseOf('user');
  const effects = () => database.query('SELECT number FROM effect ORDER BY number');

  await order.note(1);
  await eventually(async () => expect(await effects()).toHaveLength(1));
  proxy.cut();
  await order.note(...upTo(50).slice(1));
  await eventually(async () => expect(await order.unpublished()).toBe(0));
  proxy.restore();
  await eventually(async () => expect(await effects()).toEqual(upTo(50).map((number) => ({ number }))));
  const outcome = (name: string) => user.counted('messages_consumed_total', { outcome: name });
  expect([await outcome('retried'), await outcome('dead-lettered')]).toEqual([0, 0]);
});

test('a queue that is deleted is declared again', async () => {
  await using house = await openHouse();
  const order = await house.openService('order', [writer]);
  const queue = queueName(house.namespace, 'order', noted.name);
  await withChannel(async (channel) => {
    await channel.deleteQueue(queue);
  });
  await eventually(() => expect(order.messaging.readiness()).not.toEqual([]));
  await eventually(() => expect(order.messaging.readiness()).toEqual([]));
  await order.note(4);
  await eventually(async () => expect(await order.effects()).toEqual([4]));
});

test('a dead letter waits until there is a queue for it', async () => {
  await using house = await openHouse();
  await house.openService('order', [writer]);
  await withChannel(async (channel) => {
    await channel.deleteQueue(deadLetterQueue(house.namespace));
    channel.publish(house.namespace, noted.name, Buffer.from('{}'), { messageId: randomUUID() });
    await channel.waitForConfirms();
  });
  // Reading a queue that is not there ends in an error, which is waited out as well.
  await eventually(async () => expect(await house.deadLetters()).toHaveLength(1));
});

test('closing lets handlers finish and gives the rest back', async () => {
  await using house = await openHouse();
  const [released, release] = gate();
  let begun = 0;
  const slow = on(noted, async (tx, body) => {
    begun += 1;
    await released;
    await noteDown(tx, body);
  });
  const user = await house.openService('user', [slow], { concurrency: 2 });
  await user.note(...upTo(10));
  await eventually(() => expect(begun).toBe(2));
  const closing = user.close();
  await eventually(async () =>
    expect(await waitingIn(queueName(house.namespace, 'user', noted.name))).toBe(8),
  );
  release();
  await closing;
  expect(await user.effects()).toHaveLength(2);
  expect(user.messaging.readiness()).toEqual(['closed']);

  const successor = await house.openService('user', [writer]);
  await eventually(async () => expect(await successor.effects()).toEqual(upTo(10)));
  expect(await successor.counted('messages_consumed_total', { outcome: 'handled' })).toBe(8);
});

test('what a handler has not finished when closing waits no longer is done by another, once', async () => {
  await using house = await openHouse();
  const [released, release] = gate();
  let begun = 0;
  const stuck = on(noted, async (tx, body) => {
    begun += 1;
    await released;
    await noteDown(tx, body);
  });
  const user = await house.openService('user', [stuck], { finishWithinMs: 50 });
  await user.note(7);
  await eventually(() => expect(begun).toBe(1));
  await user.close();
  const successor = await house.openService('user', [writer]);
  await eventually(async () => expect(await successor.effects()).toEqual([7]));
  release();
  expect(await successor.effects()).toEqual([7]);
});

test('rows of a relay that died are published when their lease has run out', async () => {
  await using house = await openHouse();
  const user = await house.openService('user', [writer]);
  await user.database.run(
    `INSERT INTO outbox (message_id, routing_key, version, body, leased_until)
     VALUES (gen_random_uuid(), $1, 1, '{"number": 6}', now() + interval '300 milliseconds')`,
    [noted.name],
  );
  await eventually(async () => expect(await user.effects()).toEqual([6]));
  const early = await user.database.query(
    `SELECT id FROM outbox WHERE published_at < created_at + interval '300 milliseconds'`,
  );
  expect(early).toEqual([]);
});

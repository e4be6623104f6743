import { expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { onCrashPoint } from '@stampede/shared/crash-points';
import { appendToOutbox, on, queueName, type MessageMeta } from '@stampede/shared/messaging';
import { onAppended } from '../src/messaging/outbox.js';
import { withRequestId } from '@stampede/shared/telemetry';
import { eventually } from '@stampede/shared/testing';
import { noteDown, noted, openHouse, upTo, withChannel, writer, gate } from './messaging-fixture.js';

test('an event reaches every service that consumes it, with the id of the request that caused it', async () => {
  await using house = await openHouse();
  const metas: MessageMeta[] = [];
  const remember = on(noted, async (tx, body, meta) => {
    metas.push(meta);
    await noteDown(tx, body);
  });
  const payment = await house.openService('payment', [remember]);
  const user = await house.openService('user', [writer]);
  const order = await house.openService('order', []);

  await withRequestId('request-7', () => order.note(7));

  await eventually(async () => expect([await payment.effects(), await user.effects()]).toEqual([[7], [7]]));
  expect(metas).toEqual([{ messageId: expect.any(String), requestId: 'request-7', attempts: 0 }]);
  await eventually(async () => expect(await order.unpublished()).toBe(0));
  expect(await order.counted('outbox_published_total')).toBe(1);
  expect(order.messaging.readiness()).toEqual([]);
});

test('a handler that tells of an event in turn passes the request’s id on', async () => {
  await using house = await openHouse();
  const ids: (string | undefined)[] = [];
  const passOn = on(noted, async (tx, { number }, { requestId }) => {
    ids.push(requestId);
    if (number > 1) await appendToOutbox(tx, noted, { number: number - 1 });
  });
  const user = await house.openService('user', [passOn]);
  await withRequestId('request-8', () => user.note(3));
  await eventually(() => expect(ids).toEqual(['request-8', 'request-8', 'request-8']));
});

test('a service that stops publishes what it said last, before it leaves the broker', async () => {
  await using house = await openHouse();
  const catalog = await house.openService('catalog', []);
  await catalog.note(1);
  await eventually(async () => expect(await catalog.unpublished()).toBe(0));

  // Of which its relay has not been told.
  await catalog.database.run('UPDATE outbox SET published_at = NULL, leased_until = NULL');
  await catalog.close();
  expect(await catalog.unpublished()).toBe(0);
  expect(await catalog.counted('outbox_published_total')).toBe(2);
});

test('a message that is published twice has its effect once', async () => {
  await using house = await openHouse();
  const catalog = await house.openService('catalog', [writer]);
  await catalog.note(1);
  await eventually(async () => expect(await catalog.effects()).toEqual([1]));

  // As after a crash between the confirm and the mark.
  await eventually(async () => expect(await catalog.unpublished()).toBe(0));
  await catalog.database.run('UPDATE outbox SET published_at = NULL, leased_until = NULL');
  await eventually(async () =>
    expect(await catalog.counted('messages_consumed_total', { outcome: 'duplicate' })).toBe(1),
  );

  const messageId = randomUUID();
  await withChannel(async (channel) => {
    const body = Buffer.from(JSON.stringify({ number: 2 }));
    for (const exchange of [house.namespace, house.namespace]) {
      channel.publish(exchange, noted.name, body, { messageId, headers: { 'x-version': 1 } });
    }
    await channel.waitForConfirms();
  });
  await eventually(async () =>
    expect(await catalog.counted('messages_consumed_total', { outcome: 'duplicate' })).toBe(2),
  );
  expect(await catalog.effects()).toEqual([1, 2]);
});

test('what dies between its effect and its acknowledgement comes again, and has had its effect', async () => {
  await using house = await openHouse();
  const catalog = await house.openService('catalog', [writer]);
  const passed: string[] = [];
  const end = onCrashPoint((point) => {
    passed.push(point);
    const isFirst = passed.filter((one) => one === point).length === 1;
    if (point.endsWith('/ack/before') && isFirst) throw new Error('crashed');
  });
  try {
    await catalog.note(1);
    const queue = `catalog.${noted.name}`;
    const ofQueue = () => passed.filter((point) => point.startsWith(queue));
    await eventually(() => expect(passed).toContain(`${queue}/ack/after`));
    expect(ofQueue()).toEqual([
      `${queue}/commit/before`,
      `${queue}/commit/after`,
      // Delivered again, it has nothing to commit.
      `${queue}/ack/before`,
      `${queue}/ack/before`,
      `${queue}/ack/after`,
    ]);
    await eventually(() => expect(passed).toContain('mark-published/commit/after'));
    expect(passed.filter((point) => !point.startsWith(queue))).toEqual([
      'test/commit/before',
      'test/commit/after',
      'claim-outbox/commit/after',
      `${noted.name}/publish/before`,
      `${noted.name}/publish/after`,
      'mark-published/commit/before',
      'mark-published/commit/after',
    ]);
    expect(await catalog.effects()).toEqual([1]);
  } finally {
    end();
  }
});

test('what the cause undoes is never told', async () => {
  await using house = await openHouse();
  const order = await house.openService('order', [writer]);
  const undone = order.database.transaction('test', async (tx) => {
    await appendToOutbox(tx, noted, { number: 13 });
    throw new Error('the cause failed');
  });
  await expect(undone).rejects.toThrow('the cause failed');
  await order.note(14);
  await eventually(async () => expect(await order.effects()).toEqual([14]));
  expect(await order.counted('messages_consumed_total')).toBe(1);
});

test('the relay is woken by the commit, neither before nor without one', async () => {
  await using house = await openHouse();
  const database = await house.databaseOf('order');
  let woken = 0;
  const forget = onAppended(() => (woken += 1));
  const undone = database.transaction('test', async (tx) => {
    await appendToOutbox(tx, noted, { number: 1 });
    throw new Error('the cause failed');
  });
  await expect(undone).rejects.toThrow('the cause failed');
  await database.transaction('test', async (tx) => {
    await appendToOutbox(tx, noted, { number: 2 });
    expect(woken).toBe(0);
  });
  expect(woken).toBe(1);
  forget();
});

test('a body that breaks its schema undoes the transaction', async () => {
  await using house = await openHouse();
  const database = await house.databaseOf('order');
  const before = await database.query('SELECT id FROM outbox');
  const broken = database.transaction('test', (tx) => appendToOutbox(tx, noted, { number: 1.5 }));
  await expect(broken).rejects.toThrow('number');
  expect(await database.query('SELECT id FROM outbox')).toEqual(before);
});

test('a row that commits after later rows were relayed is not lost', async () => {
  await using house = await openHouse();
  const payment = await house.openService('payment', [writer]);
  const [released, release] = gate();
  const [appended, hasAppended] = gate();
  const late = payment.database.transaction('test', async (tx) => {
    await appendToOutbox(tx, noted, { number: 100 });
    hasAppended();
    await released;
  });
  await appended;
  await payment.note(101);
  await eventually(async () => expect(await payment.effects()).toContain(101));
  release();
  await late;
  await eventually(async () => expect(await payment.effects()).toContain(100));
});

test('relays side by side publish each row once', async () => {
  await using house = await openHouse();
  const catalog = await house.openService('catalog', []);
  const replica = await house.openService('catalog', []);
  const user = await house.openService('user', [writer]);
  const numbers = upTo(600);
  await Promise.all(numbers.map((number) => (number % 2 ? catalog : replica).note(number)));
  await eventually(async () => expect(await user.counted('messages_consumed_total')).toBe(numbers.length));
  await eventually(async () => expect(await catalog.unpublished()).toBe(0));

  const published = async (relay: typeof catalog) => relay.counted('outbox_published_total');
  expect((await published(catalog)) + (await published(replica))).toBe(numbers.length);
  expect(await user.effects()).toEqual(numbers);
  expect(await user.counted('messages_consumed_total', { outcome: 'duplicate' })).toBe(0);
});

test('replicas of a service share its queue', async () => {
  await using house = await openHouse();
  const order = await house.openService('order', [writer]);
  const replica = await house.openService('order', [writer]);
  await order.note(...upTo(300));
  await eventually(async () => expect(await order.effects()).toEqual(upTo(300)));
  const queue = queueName(house.namespace, 'order', noted.name);
  const handled = await Promise.all(
    [order, replica].map((service) =>
      service.counted('messages_consumed_total', { queue, outcome: 'handled' }),
    ),
  );
  expect(Math.min(...handled)).toBeGreaterThan(0);
});

test('refuses two handlers of one event', async () => {
  await using house = await openHouse();
  await expect(house.openService('user', [writer, writer])).rejects.toThrow('two handlers of number.noted');
});

test('deletes what outbox and inbox need no longer, however much it is', async () => {
  await using house = await openHouse();
  const database = await house.databaseOf('order');
  await database.run(
    `INSERT INTO outbox (message_id, routing_key, version, body, published_at)
     SELECT gen_random_uuid(), 'number.noted', 1, '{}', now() - age * interval '1 second'
       FROM unnest(ARRAY[1, 61]) AS age, generate_series(1, 1500)`,
  );
  await database.run(
    `INSERT INTO inbox (message_id, queue, handled_at)
     SELECT gen_random_uuid(), 'a-queue', now() - age * interval '1 day' FROM unnest(ARRAY[6, 8]) AS age`,
  );
  await house.openService('order', [], { keepPublishedMs: 60_000 });
  const left = (table: string) => database.query(`SELECT count(*) AS rows FROM ${table}`);
  await eventually(async () => expect(await left('outbox')).toEqual([{ rows: 1500 }]));
  await eventually(async () => expect(await left('inbox')).toEqual([{ rows: 1 }]));
});

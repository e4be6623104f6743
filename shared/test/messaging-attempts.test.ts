import { expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Unavailable } from '@stampede/shared/errors';
import { Contradiction, on, queueName } from '@stampede/shared/messaging';
import { eventually } from '@stampede/shared/testing';
import {
  DELAYS_MS,
  noteDown,
  noted,
  openHouse,
  withChannel,
  writer,
  type House,
} from './messaging-fixture.js';

/** Takes dead letters until there is one. */
const oneDeadLetter = (house: House) =>
  eventually(async () => {
    const [letter, ...more] = await house.deadLetters();
    if (!letter) throw new Error('there is no dead letter');
    expect(more).toEqual([]);
    return letter;
  });

test('a failing handler is tried again with growing delays, then its message is a dead letter', async () => {
  await using house = await openHouse();
  const tries: { attempts: number; at: number; messageId: string }[] = [];
  const failing = on(noted, async (tx, body, { attempts, messageId }) => {
    tries.push({ attempts, messageId, at: Date.now() });
    await noteDown(tx, body);
    throw new RangeError(`${body.number} is too much`);
  });
  const order = await house.openService('order', [failing]);
  await order.note(3);

  const letter = await oneDeadLetter(house);
  expect(tries.map(({ attempts }) => attempts)).toEqual([0, 1, 2, 3]);
  DELAYS_MS.forEach((delayMs, index) => {
    expect(tries[index + 1]!.at - tries[index]!.at).toBeGreaterThanOrEqual(delayMs - 1);
  });
  expect(JSON.parse(letter.content.toString())).toEqual({ number: 3 });
  expect(letter.properties.messageId).toBe(tries[0]!.messageId);
  expect(letter.properties.headers).toMatchObject({
    'x-reason': 'handler failed: RangeError: 3 is too much',
    'x-service': 'order',
    'x-queue': queueName(house.namespace, 'order', noted.name),
    'x-routing-key': 'number.noted',
    'x-attempts': 4,
    'x-version': 1,
  });
  expect(await order.effects()).toEqual([]);
  expect(await order.counted('messages_consumed_total', { outcome: 'retried' })).toBe(3);
  expect(await order.counted('dead_letters_total')).toBe(1);
});

test('a handler that recovers has its effect once, and only its own service tries again', async () => {
  await using house = await openHouse();
  let failures = 2;
  const recovering = on(noted, async (tx, body) => {
    await noteDown(tx, body);
    if (failures-- > 0) throw new Error('not yet');
  });
  const order = await house.openService('order', [recovering]);
  const user = await house.openService('user', [writer]);
  await order.note(5);
  await eventually(async () => expect(await order.effects()).toEqual([5]));
  expect(await order.counted('messages_consumed_total', { outcome: 'retried' })).toBe(2);
  expect(await user.effects()).toEqual([5]);
  expect(await user.counted('messages_consumed_total')).toBe(1);
  expect(await house.deadLetters()).toEqual([]);
});

test.each([
  ['that is not JSON', '{"number":', randomUUID(), 1, 'malformed: '],
  ['of no bytes', '', randomUUID(), 1, 'malformed: '],
  ['that breaks its schema', '{"number":"five"}', randomUUID(), 1, 'number'],
  ['without a message id', '{"number":5}', undefined, 1, 'malformed: it has no message id'],
  ['whose id is no UUID', '{"number":5}', 'five', 1, 'malformed: it has no message id'],
  [
    'of a later version',
    '{"number":5}',
    randomUUID(),
    2,
    'unknown version 2 of number.noted; 1 is read here',
  ],
  ['without a version', '{"number":5}', randomUUID(), undefined, 'unknown version undefined'],
])('a message %s is a dead letter at once, and others go on', async (_, text, messageId, version, reason) => {
  const body = Buffer.from(text);
  await using house = await openHouse();
  const order = await house.openService('order', [writer]);
  await withChannel(async (channel) => {
    const headers = version && { headers: { 'x-version': version } };
    channel.publish(house.namespace, noted.name, body, { ...(messageId && { messageId }), ...headers });
    await channel.waitForConfirms();
  });
  await order.note(6);
  const letter = await oneDeadLetter(house);
  expect(letter.content).toEqual(body);
  expect(letter.properties.headers).toMatchObject({ 'x-attempts': 0, 'x-service': 'order' });
  expect(letter.properties.headers?.['x-reason']).toContain(reason);
  expect(await order.counted('messages_consumed_total', { outcome: 'retried' })).toBe(0);
  await eventually(async () => expect(await order.effects()).toEqual([6]));
});

test('a message that contradicts what is known is a dead letter at once, and leaves nothing behind', async () => {
  await using house = await openHouse();
  const contradicted = on(noted, async (tx, body) => {
    await noteDown(tx, body);
    if (body.number === 4) throw new Contradiction('four is not a number');
  });
  const order = await house.openService('order', [contradicted]);
  await order.note(4, 5);
  const letter = await oneDeadLetter(house);
  expect(letter.properties.headers).toMatchObject({
    'x-reason': 'contradiction: four is not a number',
    'x-attempts': 1,
    'x-died-at': expect.any(Number),
  });
  await eventually(async () => expect(await order.effects()).toEqual([5]));
  expect(await order.counted('messages_consumed_total', { outcome: 'retried' })).toBe(0);
  expect(await order.database.query('SELECT 1 FROM inbox')).toHaveLength(1);
});

test('what is away holds a message up in place and counts nothing', async () => {
  await using house = await openHouse();
  const seen: number[] = [];
  // More failures than there are attempts.
  const hindered = on(noted, async (tx, body, { attempts }) => {
    seen.push(attempts);
    await noteDown(tx, body);
    if (seen.length <= DELAYS_MS.length + 2) throw new Unavailable('something that the handler needs');
  });
  const order = await house.openService('order', [hindered]);
  await order.note(8);
  await eventually(async () => expect(await order.effects()).toEqual([8]));
  expect(seen).toEqual([0, 0, 0, 0, 0, 0]);
  await eventually(async () => expect(await order.counted('messages_consumed_total')).toBe(1));
  expect(await order.counted('messages_consumed_total', { outcome: 'handled' })).toBe(1);
  expect(await house.deadLetters()).toEqual([]);
});

test('a message that kills every consumer ends as a dead letter of the broker', async () => {
  await using house = await openHouse();
  const consumer = await house.openService('order', [writer]);
  await consumer.close();
  const producer = await house.openService('user', []);
  await producer.note(9);
  await eventually(async () => expect(await producer.unpublished()).toBe(0));
  const queue = queueName(house.namespace, 'order', noted.name);
  await withChannel(async (channel) => {
    // A delivery given back counts as one whose consumer died.
    for (let message = await channel.get(queue); message; message = await channel.get(queue)) {
      channel.nack(message, false, true);
    }
  });
  const letter = await oneDeadLetter(house);
  expect(letter.properties.headers).toMatchObject({
    'x-first-death-reason': 'delivery_limit',
    'x-first-death-queue': queue,
  });
});

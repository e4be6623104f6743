import { expect, test } from '@jest/globals';
import { appendToOutbox, on, queueName } from '@stampede/shared/messaging';
import { eventually } from '@stampede/shared/testing';
import { heard, noteDown, openHouse, upTo, waitingIn, writer } from './messaging-fixture.js';

test('work that stands still aside holds up no other, and is finished once it can', async () => {
  await using house = await openHouse();
  let go = () => {};
  const gone = new Promise<void>((resolve) => (go = resolve));
  let standing = 0;
  const still = on(heard, async (tx, body) => {
    standing += 1;
    await gone;
    await noteDown(tx, body);
  });
  const aside = { handlers: [still], concurrency: 2, paused: false };
  const order = await house.openService('order', [writer], { aside, concurrency: 1 });
  await order.database.transaction('test', async (tx) => {
    for (const number of upTo(20)) await appendToOutbox(tx, heard, { number: 100 + number });
  });
  await eventually(async () => expect(await order.unpublished()).toBe(0));
  await eventually(() => expect(standing).toBe(2));
  await order.note(...upTo(10));
  await eventually(async () => expect(await order.effects()).toEqual(upTo(10)));
  expect(standing).toBe(2);
  go();
  await eventually(async () => expect(await order.effects()).toHaveLength(30));
});

test('what is paused waits in its queue, as of the first start, and is done after another', async () => {
  await using house = await openHouse();
  const aside = { handlers: [on(heard, noteDown)], concurrency: 2, paused: true };
  const paused = await house.openService('order', [writer], { aside });
  await paused.database.transaction('test', (tx) => appendToOutbox(tx, heard, { number: 100 }));
  await paused.note(1);
  await eventually(async () => expect(await paused.effects()).toEqual([1]));
  await eventually(async () =>
    expect(await waitingIn(queueName(house.namespace, 'order', heard.name))).toBe(1),
  );
  await paused.close();
  const order = await house.openService('order', [writer], { aside: { ...aside, paused: false } });
  await eventually(async () => expect(await order.effects()).toEqual([1, 100]));
});

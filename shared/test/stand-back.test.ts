import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { appendToOutbox } from '@stampede/shared/messaging';
import { openLog } from '@stampede/shared/telemetry';
import { eventually } from '@stampede/shared/testing';
import { startRelay } from '../src/messaging/relay.js';
import { standBack } from '../src/messaging/stand-back.js';
import { gate, noted, openHouse, type House } from './messaging-fixture.js';

let house: House;
beforeAll(async () => {
  house = await openHouse();
});
afterAll(() => house[Symbol.asyncDispose]());

/** How often it paused for somebody who is busy for so many looks. */
async function pausesFor(busyLooks: number): Promise<number> {
  let pauses = 0;
  await standBack(
    () => pauses < busyLooks,
    () => {
      pauses += 1;
      return Promise.resolve();
    },
  );
  return pauses;
}

test('messages stand back for nobody, as long as people wait, and for a hundred looks at most', async () => {
  expect(await pausesFor(0)).toBe(0);
  expect(await pausesFor(3)).toBe(3);
  expect(await pausesFor(1_000)).toBe(100);
});

test('what is appended while people wait is published when they do not any more', async () => {
  const database = await house.databaseOf('payment');
  const published: string[] = [];
  const [looked, look] = gate();
  let busy = true;
  let looks = 0;
  const relay = startRelay({
    database,
    namespace: 'test',
    publisher: {
      publish: ({ routingKey }) => Promise.resolve(void published.push(routingKey)),
      problem: () => undefined,
      close: () => Promise.resolve(),
    },
    published: { inc: () => undefined },
    yieldsTo: () => {
      looks += 1;
      if (looks === 3) look();
      return busy;
    },
    log: openLog('payment', 'silent'),
  });
  await database.transaction('test', (tx) => appendToOutbox(tx, noted, { number: 1 }));
  await looked;
  expect(published).toEqual([]);
  busy = false;
  await eventually(() => Promise.resolve(expect(published).toEqual([noted.name])));
  busy = true;
  await relay.close();
});

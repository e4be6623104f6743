import { expect, test } from '@jest/globals';
import { eventually } from '@stampede/shared/testing';
import { mergeArrivals } from '../src/live-viewers/viewers/arrivals.js';
import { openCrowd } from '../src/live-viewers/viewers/crowd.js';
import { openLiveServer, type LiveServerOptions } from './live-server.js';

const QUERY = 'subscription { stockChanged(productIds: ["shoe"]) { id stock { available held } } }';
const SIZE = 50;
const nobody = () => undefined;

/** So many viewers, who have come, of a server that tells of ten units. */
async function openHouse(options: LiveServerOptions = {}, size = SIZE) {
  const server = await openLiveServer(10, options);
  const crowd = openCrowd(server.url, QUERY, size);
  const arrival = mergeArrivals([await crowd.connect(8, nobody)]);
  return {
    server,
    crowd,
    arrival,
    [Symbol.asyncDispose]: async () => {
      crowd.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

test('each viewer introduces itself, subscribes once, and is shown what is there', async () => {
  await using house = await openHouse();
  expect(house.arrival).toMatchObject({ arrived: SIZE, failures: {} });
  expect(house.arrival.each!.max).toBeLessThanOrEqual(house.arrival.allMs);
  expect(house.server.said).toHaveLength(SIZE);
  expect(house.server.said).toEqual(house.server.said.map(() => ['connection_init', QUERY]));
  expect(house.crowd.showing(10)).toBe(SIZE);
});

test('no more than it is told are on their way at the same time', async () => {
  let onTheirWay = 0;
  let most = 0;
  await using server = await openLiveServer(10, {
    takes: () => {
      most = Math.max(most, ++onTheirWay);
      return true;
    },
    answer: () => void (onTheirWay -= 1),
  });
  const crowd = openCrowd(server.url, QUERY, 20);
  const told: number[] = [];
  await crowd.connect(1, (arrived) => told.push(arrived));
  crowd.close();
  expect(told.at(-1)).toBe(20);
  expect(most).toBe(1);
});

test('tells by when all were shown a change, and how it came to each', async () => {
  await using house = await openHouse();
  const { crowd, server } = house;
  crowd.clear();
  const answeredAt = 0;
  server.tell(9);
  expect(await crowd.untilShown(9, 5_000)).toBe(SIZE);
  server.tell(7);
  expect(await crowd.untilShown(7, 5_000)).toBe(SIZE);
  const changes = [9, 8, 7].map((available) => ({ available, answeredAt }));
  expect(crowd.compare(changes)).toMatchObject({ frames: 2 * SIZE, missed: 0 });
  expect(crowd.showing(7)).toBe(SIZE);
  expect(await crowd.untilShown(6, 50)).toBe(0);
});

test('in a storm, all are cut off and come back, and are shown what is there then', async () => {
  await using house = await openHouse();
  const { crowd, server } = house;
  const before = server.open();
  server.tell(4);
  const storm = mergeArrivals([await crowd.storm(nobody)]);
  expect(storm).toMatchObject({ arrived: SIZE, failures: {} });
  expect(crowd.showing(4)).toBe(SIZE);
  expect(server.said).toHaveLength(2 * SIZE);
  await eventually(() => expect(before.every(({ readyState }) => readyState === 3)).toBe(true));
  expect(crowd.failures()).toEqual({});
});

test('answers a ping with what it says, as clients must', async () => {
  await using house = await openHouse({}, 1);
  house.server.open()[0]!.ping('are you there?');
  await eventually(() => expect(house.server.said[0]).toContain('pong are you there?'));
});

test('a viewer who is refused comes again, and is told as a failure', async () => {
  await using house = await openHouse({ takes: (number) => number !== 3 }, 5);
  expect(house.arrival.arrived).toBe(5);
  expect(Object.entries(house.arrival.failures)).toEqual([[expect.stringContaining('HTTP/1.1 401'), 1]]);
});

test('an answer that is an error is a failure, in its own words', async () => {
  const error = { id: '1', type: 'error', payload: [{ message: 'Too many.' }] };
  await using house = await openHouse({ answer: (number) => (number === 0 ? error : undefined) }, 2);
  expect(house.arrival).toMatchObject({ arrived: 2, failures: { [JSON.stringify(error)]: 1 } });
});

test('a viewer who is lost shows nothing until it is back', async () => {
  await using house = await openHouse({}, 3);
  const { crowd, server } = house;
  server.open()[0]!.close(4403, 'The access token has ended');
  server.open()[1]!.terminate();
  await eventually(() =>
    expect(crowd.failures()).toEqual({ 'closed with 4403': 1, 'the connection was closed': 1 }),
  );
  expect(crowd.showing(10)).toBe(1);
  await eventually(() => expect(crowd.showing(10)).toBe(3));
});

test('who waits for a server that is not there is told so, and waits no longer than the crowd stays', async () => {
  const server = await openLiveServer(10);
  const crowd = openCrowd(server.url, QUERY, 2);
  await server[Symbol.asyncDispose]();
  const connecting = crowd.connect(2, nobody);
  await eventually(() => expect(Object.values(crowd.failures())).toEqual([2]));
  expect(Object.keys(crowd.failures())[0]).toContain('ECONNREFUSED');
  crowd.close();
  expect(await connecting).toMatchObject({ durations: [] });
});

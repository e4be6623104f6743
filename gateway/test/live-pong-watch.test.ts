import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { openPongWatch } from '../src/live/subgraph/pong-watch.js';

beforeEach(() => void jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick'] }));
afterEach(() => void jest.useRealTimers());

function watch() {
  const silent: true[] = [];
  return { silent, pongs: openPongWatch(5_000, () => silent.push(true)) };
}
/** What has come is read between the timers and this. */
const nextTurn = () => new Promise(setImmediate);

test('a peer that does not answer is told of once', async () => {
  const { silent, pongs } = watch();
  pongs.pinged();
  jest.advanceTimersByTime(4_999);
  await nextTurn();
  expect(silent).toHaveLength(0);
  jest.advanceTimersByTime(1);
  await nextTurn();
  expect(silent).toHaveLength(1);
});

test('an answer that had come before our own pause ended counts', async () => {
  const { silent, pongs } = watch();
  pongs.pinged();
  jest.advanceTimersByTime(60_000);
  pongs.ponged();
  await nextTurn();
  expect(silent).toHaveLength(0);
});

test('an answer to one ping is none to the next', async () => {
  const { silent, pongs } = watch();
  pongs.pinged();
  pongs.ponged();
  pongs.pinged();
  jest.advanceTimersByTime(5_000);
  await nextTurn();
  expect(silent).toHaveLength(1);
});

test('a connection that has ended is silent without anybody being told', async () => {
  const { silent, pongs } = watch();
  pongs.pinged();
  pongs.close();
  jest.advanceTimersByTime(5_000);
  await nextTurn();
  expect(silent).toHaveLength(0);
});

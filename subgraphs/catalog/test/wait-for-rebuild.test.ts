import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { Unavailable } from '@stampede/shared/errors';
import { openLog } from '@stampede/shared/telemetry';
import { openWaitForRebuild } from '../src/stock/wait-for-rebuild.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** Order, which answers when it is told to; and what it was asked, and what was said of it. */
function openOrder() {
  const open = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();
  const asked: string[] = [];
  const said: string[] = [];
  const log = openLog('test', 'info');
  for (const level of ['info', 'warn', 'error'] as const) log[level] = () => void said.push(level);
  const wait = openWaitForRebuild((id) => {
    asked.push(id);
    return new Promise((resolve, reject) => open.set(id, { resolve, reject }));
  }, log);
  return {
    asked,
    said,
    wait: (...ids: string[]) => {
      const waiter = { waits: true };
      void wait(ids).then(() => (waiter.waits = false));
      return waiter;
    },
    rebuilt: (id: string) => open.get(id)?.resolve(),
    fail: (id: string, error: Error) => open.get(id)?.reject(error),
  };
}
const settle = () => jest.advanceTimersByTimeAsync(0);

test('products that are asked for together are waited for together, by one timer, until all are rebuilt', async () => {
  const order = openOrder();
  const many = order.wait('a', 'b', 'a');
  await settle();
  expect(order.asked).toEqual(['a', 'b']);
  expect(jest.getTimerCount()).toBe(1);
  order.rebuilt('a');
  await settle();
  expect(many.waits).toBe(true);
  order.rebuilt('b');
  await settle();
  expect(many.waits).toBe(false);
  expect(jest.getTimerCount()).toBe(0);
  order.wait('a');
  expect(order.asked).toEqual(['a', 'b', 'a']);
});

test('nobody waits longer than a moment after the first who asked; the rebuild is asked for once', async () => {
  const order = openOrder();
  const first = order.wait('a', 'b');
  await jest.advanceTimersByTimeAsync(99);
  const second = order.wait('a');
  await settle();
  expect([first.waits, second.waits]).toEqual([true, true]);
  await jest.advanceTimersByTimeAsync(1);
  expect([first.waits, second.waits]).toEqual([false, false]);
  const third = order.wait('b', 'a');
  await settle();
  expect(third.waits).toBe(false);
  expect(order.asked).toEqual(['a', 'b']);
});

test('while order is away one asks each second, in the background; that it is, and is back, is said once', async () => {
  const order = openOrder();
  const first = order.wait('a', 'b');
  for (const id of ['a', 'b']) order.fail(id, new Unavailable('order'));
  await settle();
  expect(first.waits).toBe(false);
  await jest.advanceTimersByTimeAsync(999);
  order.wait('a');
  expect(order.asked).toEqual(['a', 'b']);
  await jest.advanceTimersByTimeAsync(1);
  const [asking, other] = [order.wait('c', 'd'), order.wait('d')];
  await settle();
  expect(order.asked).toEqual(['a', 'b', 'c']);
  expect([asking.waits, other.waits]).toEqual([false, false]);
  expect(order.said).toEqual(['warn']);
  order.rebuilt('c');
  await settle();
  expect(order.said).toEqual(['warn', 'info']);
  expect(order.wait('d', 'e').waits).toBe(true);
  expect(order.asked).toEqual(['a', 'b', 'c', 'd', 'e']);
});

test('a product that order refuses to rebuild is a mistake of ours, and keeps nobody from asking for others', async () => {
  const order = openOrder();
  order.wait('a');
  order.fail('a', new Error('no such product'));
  await settle();
  expect(order.said).toEqual(['error']);
  order.wait('b');
  expect(order.asked).toEqual(['a', 'b']);
});

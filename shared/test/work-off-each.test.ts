import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { workOffEach, type Repetition } from '@stampede/shared/background';
import { openLog } from '@stampede/shared/telemetry';

let loop: Repetition | undefined;
beforeEach(() => void jest.useFakeTimers());
afterEach(async () => {
  const closing = loop?.close();
  await pass(1_000);
  await closing;
  jest.useRealTimers();
});
const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

/** A loop with three slots over what is `due`; each takes until its `ends` is called. */
function start(due: string[], atATime?: number) {
  const began: string[] = [];
  const asked: number[] = [];
  const said: string[] = [];
  const ends = new Map<string, { resolve: () => void; reject: (error: Error) => void }>();
  const log = openLog('test', 'silent');
  for (const level of ['warn', 'error'] as const) log[level] = () => void said.push(level);
  loop = workOffEach({
    name: 'the test',
    pauseMs: 100,
    slots: 3,
    closeWithinMs: 500,
    log,
    claim: (most) => {
      asked.push(most);
      return Promise.resolve(due.splice(0, atATime ?? most));
    },
    work: (item) => {
      began.push(item);
      return new Promise<void>((resolve, reject) => ends.set(item, { resolve, reject }));
    },
  });
  return { began, asked, said, ends, loop };
}

test('a slot that is free is filled at once, however long the others take', async () => {
  const { began, asked, ends } = start(['a', 'b', 'c', 'd', 'e', 'f']);
  await pass(0);
  expect(began).toEqual(['a', 'b', 'c']);
  await pass(1_000);
  // Nothing is asked for while every slot is taken.
  expect(asked).toEqual([3]);
  for (const [ended, next] of [
    ['b', 'd'],
    ['d', 'e'],
    ['e', 'f'],
  ] as const) {
    ends.get(ended)?.resolve();
    await pass(0);
    expect(began.at(-1)).toBe(next);
  }
  expect(began).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
});

test('with more in hand than slots, by a claim that took too much, nothing is asked for', async () => {
  const { began, asked, ends, said } = start(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'], 5);
  await pass(1_000);
  expect(began).toEqual(['a', 'b', 'c', 'd', 'e']);
  for (const end of ['a', 'b', 'c']) ends.get(end)?.resolve();
  await pass(1_000);
  expect(asked).toEqual([3, 1]);
  expect(said).toEqual([]);
});

test('what becomes due later is found after a pause, with some in hand', async () => {
  const due = ['a'];
  const { began } = start(due);
  await pass(50);
  due.push('b');
  await pass(49);
  expect(began).toEqual(['a']);
  await pass(2);
  expect(began).toEqual(['a', 'b']);
});

test('one that fails is logged, and gives its slot back', async () => {
  const { began, said, ends } = start(['a', 'b', 'c', 'd']);
  await pass(0);
  ends.get('a')?.reject(new RangeError('too much'));
  await pass(0);
  expect(began).toEqual(['a', 'b', 'c', 'd']);
  expect(said).toEqual(['error']);
});

test('its end waits for those in hand, and nothing begins after it', async () => {
  const { began, said, ends, loop: closing } = start(['a', 'b', 'c', 'd']);
  await pass(0);
  let closed = false;
  const end = closing.close().then(() => (closed = true));
  ends.get('a')?.resolve();
  ends.get('b')?.resolve();
  await pass(499);
  expect(closed).toBe(false);
  ends.get('c')?.resolve();
  await end;
  expect(began).toEqual(['a', 'b', 'c']);
  expect(said).toEqual([]);
});

test('its end does not wait for one that takes too long', async () => {
  const { said, loop: closing } = start(['a']);
  await pass(0);
  let closed = false;
  const end = closing.close().then(() => (closed = true));
  await pass(499);
  expect(closed).toBe(false);
  await pass(1);
  await end;
  expect(said).toEqual(['warn']);
});

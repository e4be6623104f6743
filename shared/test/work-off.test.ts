import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { workOff, type WorkLoop, type WorkOffOptions } from '@stampede/shared/background';
import { Unavailable } from '@stampede/shared/errors';
import { openLog } from '@stampede/shared/telemetry';

let loop: WorkLoop | undefined;
beforeEach(() => void jest.useFakeTimers());
afterEach(async () => {
  await loop?.close();
  jest.useRealTimers();
});

/** A loop over `batch`, the times (ms) at which it was called, and its log's levels. */
function start(batch: () => Promise<number>, options: Partial<WorkOffOptions> = {}) {
  const began = Date.now();
  const calls: number[] = [];
  const said: string[] = [];
  const log = openLog('test', 'silent');
  for (const level of ['info', 'warn', 'error'] as const) log[level] = () => void said.push(level);
  loop = workOff({ name: 'the test', pauseMs: 100, log, ...options }, () => {
    calls.push(Date.now() - began);
    return batch();
  });
  return { calls, said, loop };
}
const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);
const nothing = () => Promise.resolve(0);

test('while nothing is found it looks ever more seldom, up to its longest pause', async () => {
  const { calls } = start(nothing, { longestPauseMs: 1_000 });
  await pass(4_000);
  expect(calls).toEqual([0, 100, 300, 700, 1_500, 2_500, 3_500]);
});

test('without a longest pause it looks as often as it is told', async () => {
  const { calls } = start(nothing);
  await pass(350);
  expect(calls).toEqual([0, 100, 200, 300]);
});

test('a wake ends the pause, and the pauses are short again', async () => {
  const { calls, loop: woken } = start(nothing, { longestPauseMs: 1_000 });
  await pass(2_000);
  calls.length = 0;
  woken.wake();
  await pass(350);
  expect(calls).toEqual([2_000, 2_100, 2_300]);
});

test('a wake in the middle of a batch has it called once more, however many there were', async () => {
  let finish: ((found: number) => void) | undefined;
  const { calls, loop: woken } = start(() =>
    finish ? nothing() : new Promise((resolve) => (finish = resolve)),
  );
  woken.wake();
  woken.wake();
  finish?.(0);
  await pass(50);
  expect(calls).toEqual([0, 0]);
});

test('it goes on at once after a full batch, and pauses after any other', async () => {
  const finds = [10, 10, 3, 0];
  const { calls } = start(() => Promise.resolve(finds.shift() ?? 0), {
    fullBatch: 10,
    longestPauseMs: 1_000,
  });
  await pass(450);
  expect(calls).toEqual([0, 0, 0, 100, 300]);
});

test.each([
  ['a server that is away', new Unavailable('the database'), 'warn'],
  ['a mistake', new RangeError('too much'), 'error'],
])(
  '%s is logged once, and tried again after growing waits that no wake cuts short',
  async (_, error, level) => {
    let broken = true;
    const { calls, said, loop: woken } = start(() => (broken ? Promise.reject(error) : nothing()));
    const waking = setInterval(() => woken.wake(), 10);
    await pass(5_100);
    expect(calls).toEqual([0, 100, 300, 700, 1_500, 3_100, 5_100]);
    expect(said).toEqual([level]);
    clearInterval(waking);
    broken = false;
    await pass(2_150);
    expect(said).toEqual([level, 'info']);
    expect(calls.slice(7)).toEqual([7_100, 7_200]);
  },
);

test('its end waits for the batch in hand, and nothing begins after it', async () => {
  let finish: ((found: number) => void) | undefined;
  const { calls, loop: closing } = start(() => new Promise((resolve) => (finish = resolve)), {
    fullBatch: 1,
  });
  let closed = false;
  const end = closing.close().then(() => (closed = true));
  await pass(1_000);
  expect(closed).toBe(false);
  finish?.(5);
  await end;
  closing.wake();
  await pass(1_000);
  expect(calls).toEqual([0]);
});

import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { openLine, type Caller } from '../src/live/subgraph/line.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

/** A line of many callers, whose other side the test plays. */
function openStage() {
  const line = openLine();
  const count = { started: 0, stopped: 0, reached: 0 };
  const running: Caller[] = [];
  const call = () => {
    const caller: Caller = {
      start: () => {
        count.started += 1;
        running.push(caller);
        return () => (count.stopped += 1);
      },
      reached: () => (count.reached += 1),
    };
    return line.call(caller);
  };
  return {
    line,
    count,
    call,
    calls: (times: number) => Array.from({ length: times }, call),
    /** As when a connection fails or is lost: who used it comes again. */
    fail: () => {
      line.ended(false);
      for (const caller of running.splice(0)) line.call(caller);
    },
    pass: (ms: number) => jest.advanceTimersByTimeAsync(ms),
  };
}

test('has one of ten thousand find out whether the other side is there, about once a second', async () => {
  const stage = openStage();
  stage.calls(10_000);
  expect(stage.count.started).toBe(1);
  for (let ms = 0; ms < 60_000; ms += 10) {
    const before = stage.count.started;
    await stage.pass(10);
    if (stage.count.started > before) stage.fail();
    if (ms === 0) stage.fail();
  }
  expect(stage.count.started).toBeGreaterThan(50);
  expect(stage.count.started).toBeLessThan(150);
  expect(stage.count.reached).toBe(0);
});

test('lets those who waited come one after another when it is there, and the next at once', async () => {
  const stage = openStage();
  stage.calls(1_000);
  stage.line.connected();
  expect(stage.count).toEqual({ started: 101, stopped: 0, reached: 101 });
  await stage.pass(50);
  expect(stage.count.started).toBe(201);
  await stage.pass(500);
  expect(stage.count).toEqual({ started: 1_000, stopped: 0, reached: 1_000 });
  stage.call();
  expect(stage.count).toEqual({ started: 1_001, stopped: 0, reached: 1_001 });
  expect(jest.getTimerCount()).toBe(0);
});

test('starts nobody who does not want it any more, and ends who was started', async () => {
  const stage = openStage();
  const [first, second] = stage.calls(3);
  second?.();
  stage.line.connected();
  expect(stage.count).toEqual({ started: 2, stopped: 0, reached: 2 });
  first?.();
  expect(stage.count.stopped).toBe(1);
  stage.line.ended(true);
  stage.call();
  await stage.pass(0);
  expect(stage.count.started).toBe(3);
  stage.fail();
  stage.line.close();
  expect(jest.getTimerCount()).toBe(0);
});

test('is as patient with a connection that never stands, and quick again after one that stood', async () => {
  const stage = openStage();
  stage.call();
  for (let ms = 0, before = 0; ms < 10_000; ms += 10) {
    if (stage.count.started > before) {
      stage.line.connected();
      stage.fail();
    }
    before = stage.count.started;
    await stage.pass(10);
  }
  expect(stage.count.started).toBeLessThan(25);
  await stage.pass(1_000);
  stage.line.connected();
  await stage.pass(6_000);
  const { started } = stage.count;
  stage.fail();
  await stage.pass(50);
  expect(stage.count.started).toBe(started + 1);
});

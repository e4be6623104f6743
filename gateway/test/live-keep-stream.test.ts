import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { Unavailable } from '@stampede/shared/errors';
import { keepStream } from '../src/live/subgraph/keep-stream.js';
import type { StreamEvent, StreamSink } from '../src/live/subgraph/subgraph-streams.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const AWAY = [{ message: 'away', extensions: { code: 'SERVICE_UNAVAILABLE' } }];

/** A stream whose subgraph the test plays. */
function openStage() {
  const sinks: StreamSink[] = [];
  const events: StreamEvent[] = [];
  const count = { stopped: 0, lost: 0 };
  let ended: readonly unknown[] | undefined;
  const stream = keepStream({
    deadlineMs: 10_000,
    open: (sink) => {
      sinks.push(sink);
      return () => (count.stopped += 1);
    },
    onEvent: (event) => events.push(event),
    onLost: () => (count.lost += 1),
    onEnd: (errors) => (ended = errors),
  });
  return {
    stream,
    sinks,
    events,
    count,
    ended: () => ended,
    newest: () => sinks.at(-1) as StreamSink,
    pass: (ms: number) => jest.advanceTimersByTimeAsync(ms),
  };
}

test('begins anew after an event that lacked what its subgraph could not reach, until one does not', async () => {
  const stage = openStage();
  stage.newest().next({ data: null, errors: AWAY });
  // It goes on meanwhile: other things that it is about may be told.
  stage.newest().next({ data: { a: 1 } });
  expect(stage.sinks).toHaveLength(1);
  await stage.pass(1_000);
  expect(stage.sinks).toHaveLength(2);
  stage.newest().next({ data: null, errors: AWAY });
  stage.sinks[0]?.next({ data: { a: 'of before' } });
  await stage.pass(2_000);
  expect(stage.sinks).toHaveLength(3);
  stage.newest().next({ data: { a: 2 } });
  await stage.pass(60_000);
  expect(stage.sinks).toHaveLength(3);
  expect(stage.count).toEqual({ stopped: 2, lost: 0 });
  expect(stage.events.map(({ data }) => data)).toEqual([null, { a: 1 }, null, { a: 2 }]);
  stage.newest().next({ data: null, errors: AWAY });
  stage.stream.close();
  expect(jest.getTimerCount()).toBe(0);
});

test('does not begin anew for errors that will not pass', async () => {
  const stage = openStage();
  stage.newest().next({ data: { a: null }, errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }] });
  await stage.pass(60_000);
  expect(stage.sinks).toHaveLength(1);
});

test('ends when no subgraph acknowledges it in time, whatever the attempts come to', async () => {
  const silent = openStage();
  await silent.pass(9_999);
  expect(silent.ended()).toBeUndefined();
  await silent.pass(1);
  expect(silent.ended()).toEqual([new Unavailable('a subgraph')]);
  expect(silent.count.stopped).toBe(1);
  const lost = openStage();
  lost.newest().reached();
  await lost.pass(9_000);
  lost.newest().error(new Error('reset'));
  await lost.pass(1_000);
  expect(lost.ended()).toEqual([new Unavailable('a subgraph')]);
  const refused = openStage();
  refused.newest().reached();
  refused.newest().error(AWAY);
  await refused.pass(5_000);
  refused.newest().reached();
  await refused.pass(5_000);
  expect(refused.ended()).toEqual(AWAY);
  expect(jest.getTimerCount()).toBe(0);
});

test('goes on for as long as it takes once its subgraph has acknowledged it, silent or not', async () => {
  const stage = openStage();
  stage.newest().reached();
  await stage.pass(60_000);
  stage.newest().error(new Error('reset'));
  await stage.pass(60_000);
  expect(stage.sinks).toHaveLength(2);
  stage.newest().next({ data: { a: 1 } });
  expect(stage.events).toHaveLength(1);
  expect(stage.ended()).toBeUndefined();
  expect(stage.count).toEqual({ stopped: 1, lost: 1 });
  stage.stream.close();
  expect(jest.getTimerCount()).toBe(0);
});

test('comes again less and less often to a subgraph that is there and refuses for the moment', async () => {
  const stage = openStage();
  stage.newest().next({ data: {} });
  for (let ms = 0; ms < 60_000; ms += 10) {
    await stage.pass(10);
    if (stage.sinks.length > stage.count.stopped) stage.newest().error(AWAY);
  }
  expect(stage.sinks.length).toBeGreaterThan(15);
  expect(stage.sinks.length).toBeLessThan(35);
  expect(stage.ended()).toBeUndefined();
});

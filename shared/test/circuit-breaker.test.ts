import { expect, test } from '@jest/globals';
import { CircuitOpen, machineClock } from '@stampede/shared/circuit-breaker';
import { isUnavailable, maskErrors } from '@stampede/shared/errors';
import { openLog } from '@stampede/shared/telemetry';
import { GraphQLError } from 'graphql';
import { openBreaker } from './circuit-breaker-fixture.js';

/** Opens it the shortest way, at once. */
async function opened(options?: Parameters<typeof openBreaker>[0]) {
  const there = openBreaker(options);
  await there.calls(20, 'badly', 0);
  expect(there.breaker.state).toBe('open');
  return there;
}

async function halfOpened(options?: Parameters<typeof openBreaker>[0]) {
  const there = await opened(options);
  there.passes(30_000);
  expect(there.breaker.state).toBe('half-open');
  return there;
}

test('nineteen failures of nineteen do not open it; the twentieth call does', async () => {
  const { breaker, calls } = openBreaker();
  await calls(19, 'badly');
  expect(breaker.state).toBe('closed');
  await calls(1, 'badly');
  expect(breaker.state).toBe('open');
});

test.each([
  ['8 of 20 failed: 40 %', 8, 12, 'open'],
  ['7 of 20 failed: 35 %', 7, 13, 'closed'],
])('%s', async (_, bad, good, state) => {
  const { breaker, calls } = openBreaker();
  await calls(bad, 'badly');
  await calls(good);
  expect(breaker.state).toBe(state);
});

test.each([
  ['10 of 20 took 1,001 ms: 50 %', 10, 1_001, 'open'],
  ['9 of 20 took 1,001 ms: 45 %', 9, 1_001, 'closed'],
  ['all took 1,000 ms, which is not slow', 20, 1_000, 'closed'],
])('%s', async (_, slow, ms, state) => {
  const { breaker, calls } = openBreaker();
  await calls(slow, 'well', ms);
  await calls(20 - slow);
  expect(breaker.state).toBe(state);
});

test('only the newest thirty calls count', async () => {
  const { breaker, calls } = openBreaker();
  await calls(30);
  // 11 of 30 is 37 %; the first good ones have gone.
  await calls(11, 'badly');
  await calls(19);
  await calls(11, 'badly');
  expect(breaker.state).toBe('closed');
  await calls(1, 'badly');
  expect(breaker.state).toBe('open');
});

test('open: calls are refused unasked, with the time at which it is tried again', async () => {
  const { breaker, begins, passes } = await opened();
  const at = breaker.retryAt();
  passes(10_000);
  expect(breaker.retryAt()).toEqual(at);
  const refusal = await begins().catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(CircuitOpen);
  expect(refusal).toMatchObject({ retryAfterMs: 20_000 });
  expect(isUnavailable(refusal)).toBe(true);
});

test('a refusal that reaches a client tells it when to come again', async () => {
  const { begins } = await opened();
  const refusal = (await begins().catch((error: unknown) => error)) as Error;
  const masked = maskErrors(openLog('test', 'silent'))(
    { message: '', extensions: { code: 'INTERNAL_SERVER_ERROR' } },
    new GraphQLError('', { originalError: refusal }),
  );
  expect(masked.extensions).toEqual({ code: 'SERVICE_UNAVAILABLE', retryAfterMs: 30_000 });
});

test('after 30 s it is half-open by itself, without a call', async () => {
  const { breaker, passes } = await opened();
  passes(29_999);
  expect(breaker.state).toBe('open');
  passes(1);
  expect(breaker.state).toBe('half-open');
  expect(breaker.retryAt()).toBeUndefined();
});

test('half-open lets five calls through and refuses the sixth', async () => {
  const { breaker, begins } = await halfOpened();
  const trials = [await begins(), await begins(), await begins(), await begins()];
  expect(breaker.retryAt()).toBeUndefined();
  trials.push(await begins());
  expect(breaker.retryAt()).toBeInstanceOf(Date);
  await expect(begins()).rejects.toMatchObject({ name: 'CircuitOpen', retryAfterMs: 3_000 });
  for (const trial of trials) await trial.ends();
  expect(breaker.state).toBe('closed');
  // It begins anew: what failed before counts no more.
  await expect(begins().then((call) => call.ends())).resolves.toBe('an answer');
});

test.each([
  ['one of five trials failed', 1, 1, 'closed'],
  ['two of five trials failed', 2, 1, 'open'],
  ['two of five trials were slow', 0, 2, 'closed'],
  ['three of five trials were slow', 0, 3, 'open'],
])('%s', async (_, bad, slow, state) => {
  const { breaker, calls } = await halfOpened();
  await calls(bad, 'badly');
  await calls(slow, 'well', 1_001);
  expect(breaker.state).toBe('half-open');
  await calls(5 - bad - slow);
  expect(breaker.state).toBe(state);
});

test('closed again, it counts from nothing', async () => {
  const { breaker, calls } = await halfOpened();
  await calls(5);
  await calls(19, 'badly');
  expect(breaker.state).toBe('closed');
  await calls(1, 'badly');
  expect(breaker.state).toBe('open');
});

test('a call that began before it opened is no trial', async () => {
  const there = openBreaker({ settings: { callDeadlineMs: 60_000 } });
  const early = [await there.begins(), await there.begins()];
  await there.calls(20, 'badly', 0);
  there.passes(30_000);
  for (const call of early) await call.ends('badly');
  await there.calls(4);
  expect(there.breaker.state).toBe('half-open');
  await there.calls(1);
  expect(there.breaker.state).toBe('closed');
});

test('a trial without an end has failed at its deadline, is told to stop, and blocks nobody', async () => {
  const { breaker, begins, passes } = await halfOpened();
  const trials = [await begins(), await begins(), await begins(), await begins(), await begins()];
  passes(2_999);
  expect(breaker.state).toBe('half-open');
  expect(trials[0]?.signal.aborted).toBe(false);
  passes(1);
  for (const trial of trials) expect(await trial.result).toMatchObject({ name: 'TimeoutError' });
  expect(trials[0]?.signal.aborted).toBe(true);
  expect(breaker.state).toBe('open');
});

test('its judge says what a mistake of the caller is: no failure, and no trial when it says nothing', async () => {
  let verdict: 'answered' | 'ignored' = 'answered';
  const there = openBreaker({
    judge: ({ status }) => (status === 'fulfilled' ? 'failed' : verdict),
  });
  await there.calls(30, 'badly');
  expect(there.breaker.state).toBe('closed');
  await there.calls(12);
  expect(there.breaker.state).toBe('open');
  there.passes(30_000);
  verdict = 'ignored';
  await there.calls(12, 'badly');
  expect(there.breaker.state).toBe('half-open');
  verdict = 'answered';
  await there.calls(5, 'badly');
  expect(there.breaker.state).toBe('closed');
});

test('a judge that throws costs its trial, and tells its error', async () => {
  const { breaker, begins } = await halfOpened({
    judge: ({ status }) => {
      if (status === 'fulfilled') throw new Error('no judgement');
      return 'failed';
    },
  });
  for (let trial = 0; trial < 5; trial += 1) {
    expect(await (await begins()).ends()).toMatchObject({ message: 'no judgement' });
  }
  expect(breaker.state).toBe('open');
});

test('metrics show the state, its changes, and calls by how they ended', async () => {
  const { calls, begins, passes, shown } = openBreaker();
  await calls(2);
  await calls(10, 'well', 1_001);
  await calls(8, 'badly', 1_001);
  await begins().catch(() => undefined);
  expect(await shown('state')).toEqual(['state="closed" 0', 'state="open" 1', 'state="half-open" 0']);
  passes(30_000);
  await calls(5);
  expect(await shown('state')).toEqual(['state="closed" 1', 'state="open" 0', 'state="half-open" 0']);
  expect(await shown('transitions_total')).toEqual(['to="open" 1', 'to="half-open" 1', 'to="closed" 1']);
  expect((await shown('calls_total')).toSorted()).toEqual([
    'outcome="failed" 8',
    'outcome="ignored" 0',
    'outcome="ok" 7',
    'outcome="refused" 1',
    'outcome="slow" 10',
  ]);
});

test('closing leaves no timer, and calls leave none either', async () => {
  const { breaker, timers } = await opened();
  expect(timers()).toBe(1);
  await breaker.close();
  expect(timers()).toBe(0);
});

test.each([
  { minimumCalls: 31 },
  { windowCalls: 0 },
  { trialCalls: 0 },
  { failureRate: 0 },
  { slowRate: 101 },
  { openMs: Number.NaN },
  { callDeadlineMs: 0 },
])('%j is refused', (settings) => {
  expect(() => openBreaker({ settings })).toThrow(RangeError);
});

test('by the machine’s clock, too, a call that hangs ends', async () => {
  const { breaker } = openBreaker({ settings: { callDeadlineMs: 20 }, clock: machineClock });
  await expect(breaker.run(() => new Promise(() => {}))).rejects.toMatchObject({ name: 'TimeoutError' });
});

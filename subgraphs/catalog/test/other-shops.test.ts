import { expect, test } from '@jest/globals';
import { breakerMetrics, openCircuitBreaker } from '@stampede/shared/circuit-breaker';
import { openLog, openMetrics } from '@stampede/shared/telemetry';
import { openOtherShops } from '../src/price-comparison/other-shops.js';
import type { Offer } from '../src/price-comparison/price-source.js';
import { OFFER } from './naver-item.js';

function shopsOf(search: (query: string, signal: AbortSignal) => Promise<Offer[]>) {
  const log = openLog('test', 'silent');
  return openOtherShops({
    search,
    breaker: openCircuitBreaker({ name: 'test', metrics: breakerMetrics(openMetrics('test')), log }),
    memory: { read: () => Promise.resolve(undefined), write: () => Promise.resolve() },
    freshMs: 1,
    log,
  });
}
const named = (name: string) => ({ id: name, name, sellerId: name });

test('no more than eight names are asked for at once', async () => {
  let asking = 0;
  let most = 0;
  const ends: (() => void)[] = [];
  const shops = shopsOf(async () => {
    most = Math.max(most, (asking += 1));
    await new Promise<void>((resolve) => ends.push(resolve));
    asking -= 1;
    return [OFFER];
  });
  const answers = Array.from({ length: 30 }, (_, index) => shops.answer(named(`name ${index}`)));
  for (let ended = 0; ended < 30; ended += 1) {
    while (ends.length === 0) await new Promise((resolve) => setImmediate(resolve));
    ends.shift()?.();
  }
  for (const answer of await Promise.all(answers)) expect(answer).toMatchObject({ degraded: false });
  expect(most).toBe(8);
  await shops.close();
});

test('those who ask for one name meanwhile share a call, and the next one makes another', async () => {
  const ends: (() => void)[] = [];
  const shops = shopsOf(async () => {
    await new Promise<void>((resolve) => ends.push(resolve));
    return [OFFER];
  });
  const answers = ['Air  90', 'air 90', ' AIR 90'].map((name) => shops.answer(named(name)));
  while (ends.length === 0) await new Promise((resolve) => setImmediate(resolve));
  ends.pop()?.();
  for (const answer of await Promise.all(answers)) expect(answer).toMatchObject({ offers: [OFFER] });
  expect(ends).toHaveLength(0);
  const next = shops.answer(named('air 90'));
  while (ends.length === 0) await new Promise((resolve) => setImmediate(resolve));
  ends.pop()?.();
  expect(await next).toMatchObject({ offers: [OFFER], degraded: false });
  await shops.close();
});

test('closing ends the calls that hang, and nobody is asked afterwards', async () => {
  let asked = 0;
  const shops = shopsOf(
    (_, signal) =>
      new Promise((_resolve, reject) => {
        asked += 1;
        signal.addEventListener('abort', () => reject(signal.reason as Error));
      }),
  );
  const answer = shops.answer(named('hangs'));
  while (asked === 0) await new Promise((resolve) => setImmediate(resolve));
  await shops.close();
  expect(await answer).toEqual({ offers: [], asOf: null, degraded: true });
  expect(await shops.answer(named('later'))).toMatchObject({ degraded: true });
  expect(asked).toBe(1);
});

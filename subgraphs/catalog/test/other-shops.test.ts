import { expect, test } from '@jest/globals';
import { breakerMetrics, openCircuitBreaker } from '@stampede/shared/circuit-breaker';
import { openMetrics, type Log } from '@stampede/shared/telemetry';
import type { OfferMemory } from '../src/price-comparison/offer-memory.js';
import { openOtherShops, type OtherShopsOptions } from '../src/price-comparison/other-shops.js';
import { overloadMetric } from '../src/price-comparison/overloads.js';
import { NOTHING, type Offer, type TimedOffers } from '../src/price-comparison/price-source.js';
import { judgeSearch, QueryRefused } from '../src/price-comparison/verdict.js';
import { OFFER } from './naver-item.js';

type Search = OtherShopsOptions['search'];
const asks = (answer: () => Offer[] | Error): Search => {
  const reply = () => {
    const given = answer();
    if (given instanceof Error) throw given;
    return given;
  };
  return () => Promise.resolve().then(reply);
};

/** Other shops under a clock that only the test moves, remembering nothing; what they log, and what they have counted. */
function shopsOf(search: Search, change: Partial<OtherShopsOptions> = {}) {
  const lines: string[] = [];
  const line = (_: object, text: string) => void lines.push(text);
  const log = { info: line, warn: line, error: line } as unknown as Log;
  const metrics = openMetrics('test');
  const judge = judgeSearch;
  const clock = { at: 0 };
  const shops = openOtherShops({
    search,
    breaker: openCircuitBreaker({ name: 'test', metrics: breakerMetrics(metrics), judge, log }),
    memory: { read: () => Promise.resolve(undefined), write: () => Promise.resolve() },
    callsPerSecond: 1_000,
    freshMs: 1,
    overloaded: overloadMetric(metrics)('shops'),
    log,
    now: () => clock.at,
    ...change,
  });
  const counted = async (metric: string) =>
    (await metrics.registry.getMetricsAsJSON())
      .find(({ name }) => name === `stampede_${metric}`)
      ?.values.filter(({ value }) => value > 0)
      .map(({ labels, value }) => [labels.why ?? labels.outcome, value]);
  return { ...shops, clock, lines, counted };
}
const named = (name: string) => ({ id: name, name, sellerId: name });
const offer = (title: string, price: number): Offer => ({ ...OFFER, title, price });

test('within a second eight names are asked for; the others’ answers are degraded, and nothing has failed', async () => {
  const shops = shopsOf(
    asks(() => []),
    { callsPerSecond: 8 },
  );
  const view = async (first: number) => {
    const names = Array.from({ length: 100 }, (_, index) => `name ${first + index}`);
    const answers = await Promise.all(names.map((name) => shops.answer(named(name))));
    return answers.filter(({ degraded }) => !degraded).length;
  };
  expect(await view(0)).toBe(8);
  shops.clock.at += 999;
  expect(await view(100)).toBe(0);
  shops.clock.at += 1;
  expect(await view(200)).toBe(8);
  // A clock that is set back stops nothing.
  shops.clock.at = -1_000_000;
  expect(await view(300)).toBe(8);
  expect(await shops.counted('circuit_breaker_calls_total')).toEqual([['ok', 24]]);
  expect(await shops.counted('price_source_overloads_total')).toEqual([['rate', 376]]);
  expect(shops.lines).toEqual([]);
  await shops.close();
});

test('a query that is not taken has no offers, is remembered, and says nothing of other names', async () => {
  const kept = new Map<string, TimedOffers>();
  const memory: OfferMemory = {
    read: (query) => Promise.resolve(kept.get(query)),
    write: (query, found) => Promise.resolve(void kept.set(query, found)),
  };
  let asked = 0;
  let answer: Offer[] | Error = [offer('known', 1)];
  const shops = shopsOf(
    asks(() => {
      asked += 1;
      return answer;
    }),
    { memory },
  );
  await shops.answer(named('known'));
  answer = new QueryRefused('HTTP 400, SE01');
  for (let view = 0; view < 2; view += 1) {
    expect(await shops.answer(named('odd'))).toEqual({ offers: [], asOf: 0, degraded: false });
  }
  expect(asked).toBe(2);
  expect(await shops.answer(named('known'))).toMatchObject({ degraded: false });
  expect(shops.lines).toEqual(['a name that the shopping search does not take has no offers']);
  expect(await shops.counted('circuit_breaker_calls_total')).toEqual([['ok', 2]]);

  answer = new Error('broken');
  await shops.answer(named('other'));
  expect(await shops.answer(named('known'))).toMatchObject({ degraded: true });
  await shops.close();
});

test('what lacks a word of the name is another thing; of the rest, the twenty cheapest are kept', async () => {
  const things = ['Case for Air Max', 'air-max 9', 'Airmax 90'].map((title) => offer(title, 1));
  const runners = Array.from({ length: 40 }, (_, index) => offer(`AIR Max, 90 (${index})`, 1_000 - index));
  const shops = shopsOf(asks(() => [...things, ...runners]));
  const { offers } = await shops.answer(named('Air Max 90'));
  expect(offers.map(({ price }) => price)).toEqual(Array.from({ length: 20 }, (_, index) => 961 + index));
  await shops.close();
});

test('those who ask for one name meanwhile share a call, and the next one makes another', async () => {
  const ends: (() => void)[] = [];
  const shops = shopsOf(async () => {
    await new Promise<void>((resolve) => ends.push(resolve));
    return [offer('air 90', 1)];
  });
  const answers = ['Air  90', 'air 90', ' AIR 90'].map((name) => shops.answer(named(name)));
  while (ends.length === 0) await new Promise((resolve) => setImmediate(resolve));
  ends.pop()?.();
  for (const answer of await Promise.all(answers))
    expect(answer).toMatchObject({ offers: [offer('air 90', 1)] });
  expect(ends).toHaveLength(0);
  const next = shops.answer(named('air 90'));
  while (ends.length === 0) await new Promise((resolve) => setImmediate(resolve));
  ends.pop()?.();
  expect(await next).toMatchObject({ offers: [offer('air 90', 1)], degraded: false });
  await shops.close();
});

test('closing ends the calls that hang, which says nothing of the shops, and nobody is asked afterwards', async () => {
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
  const queued = shops.answer(named('begun before'));
  await shops.close();
  expect(await Promise.all([answer, queued])).toEqual([NOTHING, NOTHING]);
  expect(await shops.answer(named('later'))).toEqual(NOTHING);
  expect(asked).toBe(1);
  expect(await shops.counted('circuit_breaker_calls_total')).toEqual([['ignored', 1]]);
  expect(shops.lines).toEqual([]);
});

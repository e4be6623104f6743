import { expect, jest, test } from '@jest/globals';
import { Currency } from '@stampede/shared/graphql';
import { openLog, type Log } from '@stampede/shared/telemetry';
import { openPriceComparison } from '../src/price-comparison/compare-prices.js';
import { NOTHING, type Answer, type Offer, type PriceSource } from '../src/price-comparison/price-source.js';

const PRODUCT = { id: 'p1', name: 'Runner', sellerId: 's1' };
const offer = (price: number, title: string, url = `https://shop.test/${title}`): Offer => ({
  title,
  shop: 'Shop',
  price,
  url,
});
const source = (answer: () => Promise<Answer>): PriceSource => ({
  name: 'asking',
  answer,
  close: () => Promise.resolve(),
});
const answers = (asOf: number | null, degraded: boolean, ...offers: Offer[]) =>
  source(() => Promise.resolve({ offers, asOf, degraded }));
const comparing = (sources: PriceSource[], budgetMs = 60_000, log = openLog('test', 'silent')) =>
  openPriceComparison({ sources, publicUrl: 'https://us.test/', budgetMs, log });

test('offers of all sources are one list: the cheapest first, then by title, each once', async () => {
  const compare = comparing([
    answers(2_000, false, offer(300, 'c'), offer(100, 'b')),
    answers(1_000, false, offer(200, 'd'), offer(100, 'a'), offer(300, 'c')),
  ]);
  const { offers, ...rest } = await compare(PRODUCT, 3);
  expect(offers.map(({ title, price }) => [title, price.amount])).toEqual([
    ['a', 100],
    ['b', 100],
    ['d', 200],
  ]);
  const lowest = { amount: 100, currency: Currency.KRW };
  expect(rest).toEqual({ lowest, degraded: false, asOf: new Date(1_000) });
  expect((await compare(PRODUCT, 20)).offers).toHaveLength(4);
});

test('a link at two prices is one offer, at the lower one', async () => {
  const sources = [1, 2].map((price) => answers(1, false, offer(price, 'a')));
  for (const inOrder of [sources, sources.toReversed()]) {
    const { offers, lowest } = await comparing(inOrder)(PRODUCT, 5);
    expect([offers.map(({ price }) => price.amount), lowest?.amount]).toEqual([[1], 1]);
  }
});

test.each([
  'https://us.test/products/p1',
  'https://US.test:443/products/p1?utm_source=search#top',
  'http://us.test/products/p1',
])('the product’s own page, %s, is no offer, nor the lowest price', async (url) => {
  const other = offer(5, 'other', 'https://us.test/products/p11');
  const { offers, lowest } = await comparing([answers(1, false, offer(1, 'own', url), other)])(PRODUCT, 5);
  expect([offers.map(({ title }) => title), lowest?.amount]).toEqual([['other'], 5]);
});

test('sources that never answer are waited for 800 ms, and no longer', async () => {
  jest.useFakeTimers();
  try {
    const hangs = source(() => new Promise(() => {}));
    const options = { publicUrl: 'https://us.test', log: openLog('test', 'silent') };
    const compare = openPriceComparison({
      sources: [hangs, answers(1_000, false, offer(5, 'good'))],
      ...options,
    });
    const settled = jest.fn();
    void compare(PRODUCT, 5).then(settled);
    await jest.advanceTimersByTimeAsync(799);
    expect(settled).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(1);
    expect(settled).toHaveBeenCalledWith(expect.objectContaining({ degraded: true, asOf: new Date(1_000) }));
  } finally {
    jest.useRealTimers();
  }
});

test('a source that throws, hangs or is degraded takes nothing from the others', async () => {
  const good = answers(1_000, false, offer(5, 'good'));
  const throws = source(() => Promise.reject(new Error('broken')));
  const hangs = source(() => new Promise(() => {}));
  for (const bad of [throws, hangs, answers(3_000, true)]) {
    const { offers, degraded, asOf } = await comparing([bad, good], 20)(PRODUCT, 5);
    expect([offers.length, degraded, asOf]).toEqual([1, true, new Date(1_000)]);
  }
  expect(await comparing([throws])(PRODUCT, 5)).toEqual({
    offers: [],
    lowest: null,
    degraded: true,
    asOf: null,
  });
});

test('a source that is broken is logged once, and once that it is back', async () => {
  const lines: string[] = [];
  const line = (_: object, text: string) => void lines.push(text);
  const log = { info: line, warn: line, error: line } as unknown as Log;
  let state: 'broken' | 'busy' | 'well' = 'broken';
  const flaky = source(async () => {
    if (state === 'broken') throw new Error('broken');
    return { ...NOTHING, degraded: state === 'busy' };
  });
  const compare = comparing([flaky], 60_000, log);
  // Too busy to answer says neither that it is broken nor that it is back.
  for (const next of ['busy', 'broken', 'broken', 'busy', 'broken', 'well', 'busy', 'well'] as const) {
    state = next;
    await compare(PRODUCT, 5);
  }
  expect(lines).toEqual(['asking is held up; trying again until it works', 'asking goes on']);
});

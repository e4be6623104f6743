import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { admissionMetrics, openAdmission, Overloaded, type Place } from '@stampede/shared/admission';
import { retryAfterMs } from '@stampede/shared/errors';
import { openMetrics } from '@stampede/shared/telemetry';

type Kind = 'buy' | 'look';
const PATIENCE_MS = 4_000;
const TARGET_MS = 50;

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

function open({ places = 2, waiting = 100_000, own = 1, look = PATIENCE_MS / 4 } = {}) {
  const metrics = openMetrics('test');
  const admission = openAdmission<Kind>({
    kinds: [
      { name: 'buy', own: 0, common: true, patienceMs: PATIENCE_MS },
      { name: 'look', own, common: true, patienceMs: look },
    ],
    places,
    waiting,
    targetMs: TARGET_MS,
    metrics: admissionMetrics(metrics, ['buy', 'look'], places),
  });
  const begun: string[] = [];
  const held: Place[] = [];
  const refused: Overloaded[] = [];
  return {
    ...admission,
    metrics,
    /** Names in the order in which they began, their places, and what the others were told. */
    begun,
    held,
    refused,
    asks: async (kind: Kind, name: string = kind): Promise<void> => {
      const place = admission.enter(kind) ?? (await admission.wait(kind));
      if (place instanceof Overloaded) refused.push(place);
      else {
        begun.push(name);
        held.push(place);
      }
    },
    /** The one that began first has been answered. */
    answers: () => admission.leave(held.shift() as Place),
    [Symbol.dispose]: () => admission.close(),
  };
}

/** So many milliseconds, and what follows from each. */
async function pass(ms: number, each: () => void = () => undefined): Promise<void> {
  for (let passed = 0; passed < ms; passed += 1) {
    each();
    await jest.advanceTimersByTimeAsync(1);
  }
}

const figure = async ({ metrics }: ReturnType<typeof open>, name: string) =>
  (await metrics.registry.getSingleMetric(`stampede_${name}`)?.get())?.values.map(({ value }) => value);

test('lets so many be under way at once, and the others begin in the order in which they came', async () => {
  using house = open();
  for (const name of ['1st', '2nd', '3rd', '4th']) void house.asks('buy', name);
  await pass(1);
  expect(house.begun).toEqual(['1st', '2nd']);
  expect(await figure(house, 'admission_under_way')).toEqual([2]);
  expect(await figure(house, 'admission_waiting')).toEqual([2, 0]);
  house.answers();
  await pass(1);
  expect(house.begun).toEqual(['1st', '2nd', '3rd']);
  house.answers();
  await pass(1);
  expect(house.begun).toEqual(['1st', '2nd', '3rd', '4th']);
});

test('who buys goes before who came earlier to look, and keeps nobody out altogether', async () => {
  using house = open({ places: 1, own: 1 });
  void house.asks('buy', 'bought');
  for (const name of ['own place', 'looked']) void house.asks('look', name);
  for (const name of ['bought next', 'bought last']) void house.asks('buy', name);
  await pass(1);
  expect(house.begun).toEqual(['bought', 'own place']);
  const [common, own] = house.held.splice(0) as [Place, Place];
  house.leave(common);
  await pass(1);
  expect(house.begun).toEqual(['bought', 'own place', 'bought next']);
  house.leave(own);
  await pass(1);
  expect(house.begun).toEqual(['bought', 'own place', 'bought next', 'looked']);
});

test('refuses nobody of a stampede that ends by itself, however long it takes', async () => {
  using house = open({ places: 10 });
  for (let buyer = 0; buyer < 10_000; buyer += 1) void house.asks('buy');
  await pass(PATIENCE_MS + 1_100, () => [1, 2].forEach(() => house.held.length > 0 && house.answers()));
  expect(house.refused).toHaveLength(0);
  expect(house.begun).toHaveLength(10_000);
});

/** Three come a millisecond, and one is answered: each ten milliseconds ten of them, as a process does it. */
async function overload(house: ReturnType<typeof open>, ms: number): Promise<void> {
  let at = 0;
  await pass(ms, () => {
    for (let came = 0; came < 3; came += 1) void house.asks('buy');
    if ((at += 1) % 10 === 0) {
      for (let done = 0; done < 10 && house.held.length > 0; done += 1) house.answers();
    }
  });
}

test('a line that gets neither longer nor shorter may stand for as long as it is told to', async () => {
  using house = open();
  for (let buyer = 0; buyer < 1_000; buyer += 1) void house.asks('buy');
  const another = () => {
    house.answers();
    void house.asks('buy');
  };
  await pass(PATIENCE_MS - 200, another);
  expect(house.refused).toHaveLength(0);
  await pass(400, another);
  expect(house.isOverloaded()).toBe(true);
});

test('keeps the line short once it has stood for long, and goes on at its best rate', async () => {
  using house = open({ places: 100 });
  await overload(house, PATIENCE_MS);
  expect(house.refused).toHaveLength(0);
  await overload(house, 1_000);
  const [begun, refused] = [house.begun.length, house.refused.length];
  await overload(house, 4_000);
  expect(house.begun.length - begun).toBe(4_000);
  expect(house.refused.length - refused).toBe(8_000);
  // Who is let in has waited for as many as are served in 50 ms, and is one of half as many as usually.
  const [buyers, lookers] = (await figure(house, 'admission_waiting')) as [number, number];
  expect(Math.abs(buyers - TARGET_MS)).toBeLessThan(20);
  expect(lookers).toBe(0);
  expect(house.held.length).toBe(50);
  expect(house.isOverloaded()).toBe(true);
});

test('tells those whom it refuses to come again at different times, the later the more they are', async () => {
  using house = open({ places: 100 });
  await overload(house, PATIENCE_MS + 4_000);
  const newest = house.refused.slice(-1_000).map(({ retryAfterMs }) => retryAfterMs);
  expect(Math.min(...newest)).toBeGreaterThanOrEqual(1_200);
  expect(Math.max(...newest)).toBeLessThanOrEqual(4_800);
  expect(new Set(newest).size).toBeGreaterThan(500);
  expect([retryAfterMs(0, 0), retryAfterMs(0, 1), retryAfterMs(2, 0.5)]).toEqual([500, 1_500, 3_000]);
  expect(retryAfterMs(1e9, 1)).toBe(45_000);
});

test('lets everybody in again a second after the rush', async () => {
  using house = open({ places: 100 });
  await overload(house, PATIENCE_MS + 1_000);
  const before = house.refused.length;
  await pass(1_200, () => house.held.length > 0 && house.answers());
  expect(house.isOverloaded()).toBe(false);
  for (let buyer = 0; buyer < 1_000; buyer += 1) void house.asks('buy');
  await pass(1);
  expect(house.held).toHaveLength(100);
  expect(house.refused).toHaveLength(before);
});

test('keeps more from being under way however slow what is under way is', async () => {
  using house = open();
  for (let buyer = 0; buyer < 10; buyer += 1) void house.asks('buy');
  await pass(3_000);
  expect(house.held).toHaveLength(2);
});

test('lets no more wait than it is told to, and tells who still waits in the end', async () => {
  const house = open({ waiting: 2, places: 1 });
  for (let buyer = 0; buyer < 4; buyer += 1) void house.asks('buy');
  await pass(1);
  expect(house.refused).toHaveLength(1);
  house.close();
  await pass(1);
  expect(house.refused).toHaveLength(3);
});

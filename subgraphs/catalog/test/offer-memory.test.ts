import { expect, jest, test } from '@jest/globals';
import { openLog } from '@stampede/shared/telemetry';
import type { Redis } from 'ioredis';
import { openOfferMemory } from '../src/price-comparison/offer-memory.js';

test('a Redis that never answers is waited for 200 ms, and then nothing is remembered', async () => {
  const silent = () => new Promise<never>(() => {});
  const redis = { get: silent, set: silent } as unknown as Redis;
  const memory = openOfferMemory({ redis, namespace: 'n', lifeMs: 1, log: openLog('test', 'silent') });
  jest.useFakeTimers();
  try {
    const settled = jest.fn();
    void memory.read('name').then(settled);
    void memory.write('name', { offers: [], asOf: 1 }).then(settled);
    await jest.advanceTimersByTimeAsync(199);
    expect(settled).not.toHaveBeenCalled();
    await jest.advanceTimersByTimeAsync(1);
    expect(settled.mock.calls).toEqual([[undefined], [undefined]]);
  } finally {
    jest.useRealTimers();
  }
});

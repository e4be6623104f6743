import { expect, test } from '@jest/globals';
import { Unavailable } from '@stampede/shared/errors';
import { openTestDatabase } from '@stampede/shared/testing';
import { readSaleClock } from '../src/sale-clock.js';
import { MIGRATIONS } from './open-catalog.js';

test('while Redis is away its clock is known to within half a second, to either side', async () => {
  await using house = await openTestDatabase('catalog', MIGRATIONS);
  const { database } = house;
  const postgresql = async () => {
    const [row] = await database.query<{ now: Date }>('SELECT clock_timestamp() AS now');
    return row!.now.getTime();
  };
  const clock = await readSaleClock({ now: () => Promise.reject(new Unavailable('Redis')) });
  for (const [bound, differing] of [
    ['atLeast', -500],
    ['atMost', 500],
  ] as const) {
    const before = await postgresql();
    const told = await clock[bound](database);
    expect(told).toBeGreaterThanOrEqual(before + differing);
    expect(told).toBeLessThanOrEqual((await postgresql()) + differing);
  }
  const broken = readSaleClock({ now: () => Promise.reject(new Error('a mistake of ours')) });
  await expect(broken).rejects.toThrow('a mistake of ours');
});

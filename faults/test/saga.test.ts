import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { tryHistories } from '../src/saga/simulate.js';
import { openStores, type Stores } from '../src/saga/stores.js';

let stores: Stores;
beforeAll(async () => {
  stores = await openStores(process.env.REDIS_URL as string);
});
afterAll(async () => {
  await stores[Symbol.asyncDispose]();
});

/** Fails with what happened, and how to see it again. */
async function hold(seed: number, runs: number): Promise<void> {
  const found = await tryHistories(stores, { seed, runs, maxCommands: 14 });
  const again = `npm run simulate -- --only saga --seed ${seed} --path '${found?.path}'`;
  if (found) throw new Error(`${found.report}\nAgain: ${again}`);
}

test('keeps every invariant through ten histories that are always the same', () => hold(1, 10));

test('keeps every invariant through ten histories that nobody has chosen', () => {
  const seed = Math.floor(Math.random() * 0x7fffffff);
  console.log(`seed ${seed}`);
  return hold(seed, 10);
});

test('takes the same steps again for the same seed', async () => {
  const lived: (readonly string[])[] = [];
  const onLived = (steps: readonly string[]) => lived.push(steps);
  await tryHistories(stores, { seed: 7, runs: 3, maxCommands: 25, onLived });
  const first = lived.splice(0);
  await tryHistories(stores, { seed: 7, runs: 3, maxCommands: 25, onLived });
  expect(first.flat().length).toBeGreaterThan(100);
  expect(lived).toEqual(first);
});

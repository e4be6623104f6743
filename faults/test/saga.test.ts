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

// Always the same ones: who looks for others runs the simulation.
test.each([1, 2_026])('keeps every invariant through ten histories of seed %i', (seed) => hold(seed, 10));

test('takes the same steps again for the same seed', async () => {
  const lived: (readonly string[])[] = [];
  const onLived = (steps: readonly string[]) => lived.push(steps);
  await tryHistories(stores, { seed: 7, runs: 3, maxCommands: 25, onLived });
  const first = lived.splice(0);
  await tryHistories(stores, { seed: 7, runs: 3, maxCommands: 25, onLived });
  expect(first.flat().length).toBeGreaterThan(100);
  expect(lived).toEqual(first);
});

import { expect, jest, test } from '@jest/globals';
import { openTogether } from '@stampede/shared/background';
import { gate } from './messaging-fixture.js';

const done = <T>(items: readonly T[]) => items.map((value) => ({ status: 'fulfilled' as const, value }));

test('what comes in the same turn goes together, and what comes meanwhile is the next batch', async () => {
  const batches: number[][] = [];
  const [opened, open] = gate();
  const [begun, begin] = gate();
  const add = openTogether<number, number>(3, async (items) => {
    batches.push([...items]);
    begin();
    await opened;
    return done(items);
  });
  const first = [add(1), add(2)];
  await begun;
  const later = [3, 4, 5, 6].map(add);
  open();
  expect(await Promise.all([...first, ...later])).toEqual([1, 2, 3, 4, 5, 6]);
  expect(batches).toEqual([[1, 2], [3, 4, 5], [6]]);
});

test('each is told what became of it, and who comes after a failure is worked off', async () => {
  const add = openTogether<number, number>(10, (items) =>
    Promise.resolve(
      items.map((item) =>
        item === 2
          ? { status: 'rejected', reason: new Error('not two') }
          : { status: 'fulfilled', value: item * 10 },
      ),
    ),
  );
  const [one, two] = await Promise.allSettled([add(1), add(2)]);
  expect(one).toEqual({ status: 'fulfilled', value: 10 });
  expect(two).toEqual({ status: 'rejected', reason: new Error('not two') });
  expect(await add(3)).toBe(30);
});

test('a batch that is held up holds up nobody, as long as another may be on its way', async () => {
  const batches: number[][] = [];
  const [opened, open] = gate();
  const [begun, begin] = gate();
  const add = openTogether<number, number>(
    2,
    async (items) => {
      batches.push([...items]);
      begin();
      if (items.includes(1)) await opened;
      return done(items);
    },
    { atOnce: 2 },
  );
  const held = add(1);
  await begun;
  expect(await add(2)).toBe(2);
  expect(await Promise.all([3, 4, 5].map(add))).toEqual([3, 4, 5]);
  expect(batches).toEqual([[1], [2], [3, 4], [5]]);
  open();
  expect(await held).toBe(1);
});

test('who has waited too long for a turn is told so, and is worked off no more', async () => {
  const clock = jest.spyOn(performance, 'now').mockReturnValue(0);
  const batches: number[][] = [];
  const [opened, open] = gate();
  const [begun, begin] = gate();
  const add = openTogether<number, number>(
    1,
    async (items) => {
      batches.push([...items]);
      begin();
      await opened;
      return done(items);
    },
    { patienceMs: 3_000 },
  );
  const first = add(1);
  await begun;
  const late = Promise.allSettled([add(2), add(3)]);
  clock.mockReturnValue(1);
  const inTime = add(4);
  clock.mockReturnValue(3_001);
  open();
  expect(await Promise.all([first, inTime])).toEqual([1, 4]);
  expect((await late).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(batches).toEqual([[1], [4]]);
  clock.mockRestore();
});

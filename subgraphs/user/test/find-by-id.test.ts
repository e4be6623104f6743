import { expect, test } from '@jest/globals';
import { findById } from '../src/find-by-id.js';

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

function counted(known: number[]) {
  const calls: string[][] = [];
  const find = findById((ids) => {
    calls.push(ids);
    return Promise.resolve(known.map((n) => ({ id: id(n) })).filter((one) => ids.includes(one.id)));
  });
  return { calls, find };
}

test('asks once for all ids of one turn, and anew in the next', async () => {
  const { calls, find } = counted([1, 2]);
  const found = await Promise.all([find(id(2)), find(id(1)), find(id(3)), find(id(2))]);
  expect(found).toEqual([{ id: id(2) }, { id: id(1) }, null, { id: id(2) }]);
  expect(calls).toEqual([[id(2), id(1), id(3)]]);
  await find(id(1));
  expect(calls).toHaveLength(2);
});

test('asks nothing for a text that is no UUID', async () => {
  const { calls, find } = counted([1]);
  expect(await find("1' OR true")).toBeNull();
  expect(calls).toEqual([]);
});

test('fails every caller of a turn that failed, and none of the next', async () => {
  let broken = true;
  const find = findById((ids) =>
    broken ? Promise.reject(new Error('away')) : Promise.resolve(ids.map((one) => ({ id: one }))),
  );
  const failed = await Promise.allSettled([find(id(1)), find(id(2))]);
  expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  broken = false;
  expect(await find(id(1))).toEqual({ id: id(1) });
});

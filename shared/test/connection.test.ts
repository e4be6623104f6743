import { expect, test } from '@jest/globals';
import { connectionOf } from '@stampede/shared/graphql';

const nodes = new Map([
  [1, 'one'],
  [4, 'four'],
]);
const pageOf = (rows: number[], first: number, after: string | null = null) =>
  connectionOf(rows, { first, after, cursorOf: (row) => `after ${row}`, nodeOf: (row) => nodes.get(row) });

test('what has gone has no edge, and the page goes as far as it would have', () => {
  expect(pageOf([1, 2, 3], 2)).toEqual({
    edges: [{ cursor: 'after 1', node: 'one' }],
    pageInfo: { hasNextPage: true, hasPreviousPage: false, startCursor: 'after 1', endCursor: 'after 2' },
  });
});

test('a page of which everything has gone is not the list’s start once more', () => {
  expect(pageOf([2, 3, 4], 2, 'after 1')).toEqual({
    edges: [],
    pageInfo: { hasNextPage: true, hasPreviousPage: true, startCursor: 'after 2', endCursor: 'after 3' },
  });
});

test('a page of nothing has no cursors', () => {
  const pageInfo = { hasPreviousPage: false, startCursor: null, endCursor: null };
  expect(pageOf([], 2)).toEqual({ edges: [], pageInfo: { ...pageInfo, hasNextPage: false } });
  expect(pageOf([1], 0)).toEqual({ edges: [], pageInfo: { ...pageInfo, hasNextPage: true } });
});

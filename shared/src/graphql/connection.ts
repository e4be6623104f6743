import { badInput } from '../errors/index.js';
import type { PageInfo } from './page-info.js';

/** Rows on a page at most, in every list of the API. */
export const MAX_PAGE = 100;

export interface Connection<Node> {
  edges: { cursor: string; node: Node }[];
  pageInfo: PageInfo;
}

export interface PageParts<Row, Node> {
  /** As it was asked for; `rows` are one more, where there is more. */
  first: number;
  after: string | null;
  cursorOf: (row: Row) => string;
  /** Undefined: what the row told of has gone meanwhile, and has no edge. */
  nodeOf: (row: Row) => Node | undefined;
}

/** Refuses pages that are too long, or less than none. @throws BAD_USER_INPUT */
export function checkFirst(first: number): void {
  if (first < 0 || first > MAX_PAGE) throw badInput({ path: 'first', message: `is 0 to ${MAX_PAGE}.` });
}

/**
 * A page of a Relay connection (https://relay.dev/graphql/connections.htm), read forwards.
 *
 * @param rows in the list's order, `first` + 1 of them where there are so many: the last only says that there is more.
 */
export function connectionOf<Row, Node>(
  rows: readonly Row[],
  { first, after, cursorOf, nodeOf }: PageParts<Row, Node>,
): Connection<Node> {
  const shown = rows.slice(0, first);
  const edges = shown.flatMap((row) => {
    const node = nodeOf(row);
    return node === undefined ? [] : [{ cursor: cursorOf(row), node }];
  });
  // Of the rows: a page whose nodes have all gone is not the start once more.
  const cursorAt = (row: Row | undefined) => (row === undefined ? null : cursorOf(row));
  return {
    edges,
    pageInfo: {
      hasNextPage: rows.length > first,
      hasPreviousPage: after !== null,
      startCursor: cursorAt(shown[0]),
      endCursor: cursorAt(shown.at(-1)),
    },
  };
}

/** Finds something when it is first asked for, and once: a list's `totalCount`, which most callers do not select. */
export function onDemand<T>(find: () => Promise<T>): () => Promise<T> {
  let found: Promise<T> | undefined;
  return () => (found ??= find());
}

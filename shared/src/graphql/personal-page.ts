import { decodeTimeCursor, encodeCursor } from './cursor.js';
import { isUuid } from './is-uuid.js';

/** What a service keeps of a person, a page of it, as it tells the user service. */
export interface PersonalPage {
  items: unknown[];
  /** Where to go on; null at the end. */
  next: string | null;
}

/** Where a page begins, as parameters of a statement: after `at` and `id`, or with nulls at the newest. */
export interface PersonalRange {
  userId: string;
  at: string | null;
  id: string | null;
  limit: number;
}

/** A page is read in one statement, and travels as one answer of some hundred kilobytes. */
const PAGE = 500;

/**
 * Reads a page of what is kept of a person, newest first.
 *
 * @param list of which `after` is a cursor.
 * @param find gives at most `limit` rows: `at` is the row's `timeKey`, `kept` what is told of it.
 * @throws BAD_USER_INPUT for a cursor of another list.
 */
export async function readPersonalPage(
  list: string,
  { userId, after }: { userId: string; after: string | null },
  find: (range: PersonalRange) => Promise<{ id: string; at: string; kept: object }[]>,
): Promise<PersonalPage> {
  if (!isUuid(userId)) return { items: [], next: null };
  const [at, id] = after === null ? [null, null] : decodeTimeCursor(list, after);
  const rows = await find({ userId, at, id, limit: PAGE });
  const last = rows.at(-1);
  const more = last !== undefined && rows.length === PAGE;
  return { items: rows.map(({ kept }) => kept), next: more ? encodeCursor(list, last.at, last.id) : null };
}

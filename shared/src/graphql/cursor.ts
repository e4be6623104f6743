import { badInput } from '../errors/index.js';

/** An opaque cursor that says which list it belongs to, so that another list's is refused. */
export const encodeCursor = (list: string, ...keys: string[]): string =>
  Buffer.from(JSON.stringify([list, ...keys])).toString('base64url');

/** What no key of ours comes near to: a name of 200 characters, written as JSON in base64, has half of it. */
const MAX_CURSOR = 4_000;

/**
 * The keys of a cursor made by {@link encodeCursor} for the same list.
 *
 * @param kinds for each key in turn, whether a text can be one: nothing of a client's may reach a cast that fails.
 * @throws BAD_USER_INPUT for any other text.
 */
export function decodeCursor<Kinds extends ((key: string) => boolean)[]>(
  list: string,
  cursor: string,
  ...kinds: Kinds
): { [key in keyof Kinds]: string } {
  if (cursor.length > MAX_CURSOR) throw notOfThisList();
  const parsed = parseJson(Buffer.from(cursor, 'base64url').toString());
  if (!Array.isArray(parsed) || parsed[0] !== list || parsed.length !== kinds.length + 1)
    throw notOfThisList();
  const keys: unknown[] = parsed.slice(1);
  if (!kinds.every((isOfKind, index) => isText(keys[index]) && isOfKind(keys[index]))) throw notOfThisList();
  return keys as { [key in keyof Kinds]: string };
}

const isText = (key: unknown): key is string => typeof key === 'string';

/** As {@link timeKey} writes it; a year 0 is none of PostgreSQL's. */
const INSTANT = /^(?!0000)\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/;

/** Whether a cursor's key is a time as {@link timeKey} writes it, and one of the calendar. */
export const isTimeKey = (key: string): boolean => INSTANT.test(key) && isOfCalendar(key);

/** Whether a cursor's key is an id as PostgreSQL writes it. */
export const isIdKey = (key: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(key);

/** SQL that writes a timestamptz as a cursor's key: with its microseconds, which a JavaScript date would lose. */
export const timeKey = (column: string): string =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** The keys of a cursor of a list that is ordered by time and id. @throws BAD_USER_INPUT for any other text. */
export const decodeTimeCursor = (list: string, cursor: string): [at: string, id: string] =>
  decodeCursor(list, cursor, isTimeKey, isIdKey);

/** JavaScript reads 31 February as a day of March, PostgreSQL refuses it. */
function isOfCalendar(instant: string): boolean {
  const date = new Date(instant);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(instant.slice(0, 19));
}

const notOfThisList = () => badInput({ path: 'after', message: 'is not a cursor of this list.' });

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

import { badInput } from '../errors/index.js';

/** An opaque cursor that says which list it belongs to, so that another list's is refused. */
export const encodeCursor = (list: string, ...keys: (string | number)[]): string =>
  Buffer.from(JSON.stringify([list, ...keys])).toString('base64url');

/**
 * The keys of a cursor made by {@link encodeCursor} for the same list.
 *
 * @throws BAD_USER_INPUT for any other text.
 */
function decodeCursor(list: string, cursor: string, keys: number): (string | number)[] {
  const parsed = parseJson(Buffer.from(cursor, 'base64url').toString());
  const mine = Array.isArray(parsed) && parsed[0] === list && parsed.length === keys + 1;
  const rest: unknown[] = mine ? parsed.slice(1) : [];
  if (mine && rest.every((key) => typeof key === 'string' || typeof key === 'number')) return rest;
  throw notOfThisList();
}

/** As {@link timeKey} writes it; a year 0 is none of PostgreSQL's. */
const INSTANT = /^(?!0000)\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** SQL that writes a timestamptz as a cursor's key: with its microseconds, which a JavaScript date would lose. */
export const timeKey = (column: string): string =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/**
 * The keys of a cursor of a list that is ordered by time and id.
 *
 * @throws BAD_USER_INPUT for any other text: nothing of a client's reaches a cast that may fail.
 */
export function decodeTimeCursor(list: string, cursor: string): [at: string, id: string] {
  const [at = '', id = ''] = decodeCursor(list, cursor, 2).map(String);
  if (INSTANT.test(at) && isOfCalendar(at) && UUID.test(id)) return [at, id];
  throw notOfThisList();
}

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

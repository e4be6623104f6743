import { badInput } from '../errors/index.js';

/** An opaque cursor that says which list it belongs to, so that another list's is refused. */
export const encodeCursor = (list: string, ...keys: (string | number)[]): string =>
  Buffer.from(JSON.stringify([list, ...keys])).toString('base64url');

/**
 * The keys of a cursor made by {@link encodeCursor} for the same list.
 *
 * @throws BAD_USER_INPUT for any other text.
 */
export function decodeCursor(list: string, cursor: string, keys: number): (string | number)[] {
  const parsed = parseJson(Buffer.from(cursor, 'base64url').toString());
  const mine = Array.isArray(parsed) && parsed[0] === list && parsed.length === keys + 1;
  const rest: unknown[] = mine ? parsed.slice(1) : [];
  if (mine && rest.every((key) => typeof key === 'string' || typeof key === 'number')) return rest;
  throw badInput({ path: 'after', message: 'is not a cursor of this list.' });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

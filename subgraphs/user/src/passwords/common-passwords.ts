import { dictionary } from '@zxcvbn-ts/language-common';
import { SHORTEST_PASSWORD } from './normal-password.js';

/** Some 1,500 of the dictionary's 49,000: the others are too short as they are. In lower case. */
const COMMON = new Set(dictionary['passwords-common'].filter(({ length }) => length >= SHORTEST_PASSWORD));

const ROWS = [
  '0123456789',
  '1234567890',
  'abcdefghijklmnopqrstuvwxyz',
  'qwertyuiop[]\\',
  "asdfghjkl;'",
  'zxcvbnm,./',
  'qwertyuiopasdfghjklzxcvbnm',
].flatMap((row) => [row, Array.from(row).toReversed().join('')]);

/** With fewer different characters than that, most of a password says nothing. */
const LEAST_DIFFERENT = 4;

/** Whether a password (in NFKC) is among the first that anybody would try. */
export function isCommon(password: string): boolean {
  const folded = password.toLowerCase();
  if (COMMON.has(folded)) return true;
  if (new Set(folded).size < LEAST_DIFFERENT) return true;
  return ROWS.some((row) => row.repeat(Math.ceil(folded.length / row.length) + 1).includes(folded));
}

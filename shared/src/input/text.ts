import { badInput } from '../errors/index.js';

/** Control characters, and halves of surrogate pairs: neither is anything that a person writes. */
const UNWRITABLE = /[\p{Cc}\p{Surrogate}]/u;

/** Whether there is anything to see: a text may be white space, or characters without a shape, such as U+200B. */
export const isVisible = (text: string): boolean => /[^\p{Z}\p{C}]/u.test(text);

/**
 * A text of one line as it is kept: without white space around it, and in the one way of writing that Unicode calls
 * NFC, so that what a Mac sends as letters and accents is as long as it looks.
 *
 * @param path where in the input it stands.
 * @param longest in characters, as people count them.
 * @throws BAD_USER_INPUT when it is blank, longer, or holds control characters.
 */
export function checkText(path: string, value: string, longest: number): string {
  // Normalising costs what the text is long: one that no rule could let through is refused before.
  if (value.length > 16 * longest) throw tooLong(path, longest);
  const text = value.normalize('NFC').trim();
  if (UNWRITABLE.test(text)) throw badInput({ path, message: 'must not hold control characters.' });
  if (!isVisible(text)) throw badInput({ path, message: 'must not be blank.' });
  if (Array.from(text).length > longest) throw tooLong(path, longest);
  return text;
}

/** As {@link checkText}, of a text that may be left out: null, absent and blank are all none. */
export function checkOptionalText(
  path: string,
  value: string | null | undefined,
  longest: number,
): string | null {
  return value == null || value.trim() === '' ? null : checkText(path, value, longest);
}

const tooLong = (path: string, longest: number) =>
  badInput({ path, message: `has more than ${longest} characters.` });

import { badInput } from '@stampede/shared/errors';

/**
 * The same characters, however a keyboard composes them: macOS writes Hangul in pieces, others whole (NIST SP 800-63B,
 * 5.1.1.2).
 */
export const normalPassword = (password: string): string => password.normalize('NFKC');

/** In characters as a person counts them, more or less: code points. */
export const LONGEST_PASSWORD = 256;
export const SHORTEST_PASSWORD = 10;

/** In descriptions of the API. */
export const PASSWORD_RULE = `${SHORTEST_PASSWORD} to ${LONGEST_PASSWORD} characters; not a common password, and not just the name or the address`;

export const passwordLength = (password: string): number => Array.from(normalPassword(password)).length;

/** @throws BAD_USER_INPUT for what no password can be. */
export function refuseLongPassword(password: string, path: string): void {
  if (passwordLength(password) > LONGEST_PASSWORD)
    throw badInput({ path, message: `has more than ${LONGEST_PASSWORD} characters.` });
}

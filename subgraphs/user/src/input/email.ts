import { badInput } from '@stampede/shared/errors';
import { GraphQLEmailAddress } from 'graphql-scalars';

/** RFC 5321, 4.5.3.1.3, less its angle brackets. */
const LONGEST_EMAIL = 254;

/** One mail box is one address, however it is written. */
export const foldEmail = (email: string): string => email.trim().toLowerCase();

/** Whether the API can tell it as an address. */
export function isEmail(text: string): boolean {
  try {
    GraphQLEmailAddress.parseValue(text);
  } catch {
    return false;
  }
  return text.length <= LONGEST_EMAIL;
}

/** @throws BAD_USER_INPUT */
export function refuseLongEmail(email: string, path: string): void {
  if (email.length > LONGEST_EMAIL)
    throw badInput({ path, message: `has more than ${LONGEST_EMAIL} characters.` });
}

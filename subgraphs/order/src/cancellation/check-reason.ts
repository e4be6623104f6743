import { badInput } from '@stampede/shared/errors';
import { checkOptionalText } from '@stampede/shared/input';
import { isCode } from './reason-code.js';

export const LONGEST_REASON = 200;

/**
 * Why somebody cancels, in their own words, as it is kept; null for none.
 *
 * @throws BAD_USER_INPUT also for one of our own codes, which would be read as if we had said it.
 */
export function checkReason(value: string | null | undefined): string | null {
  const reason = checkOptionalText('reason', value, LONGEST_REASON);
  if (reason !== null && isCode(reason)) {
    throw badInput({ path: 'reason', message: 'is a code that has a meaning of its own.' });
  }
  return reason;
}

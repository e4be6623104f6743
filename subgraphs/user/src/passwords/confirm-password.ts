import type { Account } from '../account.entity.js';
import type { Limits } from '../limits/limits.js';
import { orGiveBack } from '../limits/or-give-back.js';
import { refuseTooOften } from '../limits/refuse-too-often.js';
import type { Passwords } from './passwords.js';

/**
 * Whether a password is the account's, asked of somebody who is signed in. Counted like sign-ins, but apart from
 * them, and for the account alone: strangers who use up its sign-ins, or those of an address that it shares with them,
 * keep nobody who is in from changing the password.
 *
 * @throws RATE_LIMITED after too many that were wrong.
 */
export async function confirmPassword(
  { limits, passwords }: { limits: Limits; passwords: Passwords },
  account: Account,
  password: string,
): Promise<boolean> {
  const who = { account: account.id };
  refuseTooOften(await limits.passwords.attempt(who));
  const matches = await orGiveBack(
    () => passwords.matches(account.passwordHash, password),
    () => limits.passwords.undone(who),
  );
  if (matches) await limits.passwords.succeeded(who);
  return matches;
}

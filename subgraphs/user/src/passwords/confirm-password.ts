import type { Client } from '@stampede/shared/identity';
import type { Account } from '../account.entity.js';
import type { Limits } from '../limits/limits.js';
import { refuseTooOften } from '../limits/refuse-too-often.js';
import type { Passwords } from './passwords.js';

/**
 * Whether a password is the account's, asked of somebody who is signed in. Counted like sign-ins, but apart from
 * them: strangers who use up an account's sign-ins keep nobody who is in from changing the password.
 *
 * @throws RATE_LIMITED after too many that were wrong.
 */
export async function confirmPassword(
  { limits, passwords }: { limits: Limits; passwords: Passwords },
  account: Account,
  password: string,
  { address }: Client,
): Promise<boolean> {
  const who = { account: account.id, address };
  refuseTooOften(await limits.passwords.attempt(who));
  const matches = await passwords.matches(account.passwordHash, password);
  if (matches) await limits.passwords.succeeded(who);
  return matches;
}

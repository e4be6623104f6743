import type { Transaction } from '@stampede/shared/database';
import type { Account } from '../account.entity.js';
import { dropLinksTo } from '../mail-link.entity.js';
import { endSessionsOf } from '../session/session.entity.js';

export interface PasswordToSet {
  /** As it was when the change was allowed. */
  account: Account;
  /** Of the address to which links may have been mailed. */
  emailIndex: Buffer | null;
  passwordHash: string;
  /** A session that goes on. */
  keptSessionId?: string;
}

/**
 * Sets a password, ends the sessions and the mailed links that whoever knew the old one may hold.
 *
 * @returns how many devices that signed out; undefined when the password has been changed, or the account deleted,
 * since it was read.
 */
export async function setPassword(
  tx: Transaction,
  { account, emailIndex, passwordHash, keptSessionId }: PasswordToSet,
): Promise<number | undefined> {
  const changed = await tx.run(
    `UPDATE account SET password_hash = $2
      WHERE id = $1 AND deleted_at IS NULL AND password_hash IS NOT DISTINCT FROM $3`,
    [account.id, passwordHash, account.passwordHash],
  );
  if (changed === 0) return undefined;
  if (emailIndex) await dropLinksTo(tx, emailIndex, ['RESET']);
  return endSessionsOf(tx, account.id, keptSessionId);
}

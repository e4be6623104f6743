import type { Database, Transaction } from '@stampede/shared/database';
import type { Sealer } from '@stampede/shared/sealing';
import type { Log } from '@stampede/shared/telemetry';
import { findAccountByEmail } from '../account.entity.js';
import type { Limits } from '../limits/limits.js';
import { findLink, takeLink } from '../mail-link.entity.js';
import { invalidLink, type InvalidToken } from '../session/rejections.js';
import { passwordChanged, type PasswordChanged } from './password-changed.js';
import type { Passwords } from './passwords.js';
import { refuseWeakPassword } from './refuse-weak-password.js';
import { setPassword } from './set-password.js';

export interface ResetPasswordParts {
  database: Database;
  sealer: Sealer;
  passwords: Passwords;
  limits: Limits;
  log: Log;
}

/** Sets the password of whom a link was mailed to, and signs all of their devices out. */
export async function resetPassword(
  { database, sealer, passwords, limits, log }: ResetPasswordParts,
  token: string,
  password: string,
): Promise<PasswordChanged | InvalidToken> {
  const link = await findLink(database, sealer, token, ['RESET']);
  const account = link && (await findAccountByEmail(database, sealer, link.email));
  if (!account) return invalidLink();
  // Before the link is used up: whoever is refused tries another password with it.
  refuseWeakPassword({ path: 'new', password, owner: account });
  const passwordHash = await passwords.hash(password);

  const sessionsEnded = await database.transaction('reset-password', async (tx) => {
    const taken = await takeLink(tx, sealer, token, ['RESET']);
    const ended = taken && (await setPassword(tx, { account, emailIndex: taken.emailIndex, passwordHash }));
    if (ended !== undefined) await dropUnprovenLinks(tx, account.id);
    return ended;
  });
  if (sessionsEnded === undefined) return invalidLink();

  // Who has forgotten a password has tried some; they shall not wait with the new one.
  await limits.passwords
    .succeeded({ account: link.email })
    .catch((error: unknown) => log.warn({ err: error }, 'the wrong passwords before a reset still count'));
  return passwordChanged(sessionsEnded);
}

/** Whoever named the address before it was proven may be somebody else, who shall not keep a way in. */
async function dropUnprovenLinks(tx: Transaction, accountId: string): Promise<void> {
  await tx.run(
    `DELETE FROM social_link WHERE account_id = $1
       AND linked_at < (SELECT email_verified_at FROM account WHERE id = $1)`,
    [accountId],
  );
}

import type { Database } from '@stampede/shared/database';
import type { Sealer } from '@stampede/shared/sealing';
import { emailIndex, type Account } from '../account.entity.js';
import type { Limits } from '../limits/limits.js';
import { invalidCredentials, type InvalidCredentials } from '../sign-in/rejections.js';
import { confirmPassword } from './confirm-password.js';
import { passwordChanged, type PasswordChanged } from './password-changed.js';
import type { Passwords } from './passwords.js';
import { refuseWeakPassword } from './refuse-weak-password.js';
import { setPassword } from './set-password.js';

export interface ChangePasswordParts {
  database: Database;
  sealer: Sealer;
  passwords: Passwords;
  limits: Limits;
}

export interface PasswordChange {
  account: Account;
  /** The one that asks; it stays signed in. */
  sessionId: string;
  current: string;
  next: string;
}

/** Sets another password for who knows the current one, and signs their other devices out. */
export async function changePassword(
  parts: ChangePasswordParts,
  { account, sessionId, current, next }: PasswordChange,
): Promise<PasswordChanged | InvalidCredentials> {
  refuseWeakPassword({ path: 'new', password: next, owner: account });
  if (!(await confirmPassword(parts, account, current))) return invalidCredentials();

  const passwordHash = await parts.passwords.hash(next);
  const index = account.email === null ? null : emailIndex(parts.sealer, account.email);
  const sessionsEnded = await parts.database.transaction('change-password', (tx) =>
    setPassword(tx, { account, emailIndex: index, passwordHash, keptSessionId: sessionId }),
  );
  // Somebody has changed it since: what was current is not any more.
  return sessionsEnded === undefined ? invalidCredentials() : passwordChanged(sessionsEnded);
}

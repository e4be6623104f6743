import type { Database } from '@stampede/shared/database';
import type { Sealer } from '@stampede/shared/sealing';
import type { SubgraphContext } from '@stampede/shared/subgraph';
import { findAccountByEmail, setLanguage } from '../account.entity.js';
import { clientOf } from '../client.js';
import type { Limits } from '../limits/limits.js';
import { orGiveBack } from '../limits/or-give-back.js';
import { newestLinkTo } from '../mail-link.entity.js';
import type { Passwords } from '../passwords/passwords.js';
import type { AuthSession } from '../session/auth-session.js';
import { handOut } from '../session/hand-out.js';
import { startSessionByPassword } from '../session/session.entity.js';
import type { SigningKeys } from '../tokens/signing-keys.js';
import {
  emailNotVerified,
  invalidCredentials,
  tooManyAttempts,
  type EmailNotVerified,
  type InvalidCredentials,
  type TooManyAttempts,
} from './rejections.js';

export interface SignInParts {
  database: Database;
  sealer: Sealer;
  passwords: Passwords;
  keys: SigningKeys;
  limits: Limits;
}

export interface Credentials {
  email: string;
  password: string;
  device: string;
  /** Whether the refresh token goes out as a cookie. */
  cookie: boolean;
}

/** Starts a session for who knows the password of a verified account. */
export async function signIn(
  parts: SignInParts,
  context: SubgraphContext,
  { email, password, device, cookie }: Credentials,
): Promise<AuthSession | InvalidCredentials | EmailNotVerified | TooManyAttempts> {
  const { database, sealer, passwords, limits } = parts;
  const { address, language } = clientOf(context);
  const who = { account: email, address };
  const retryAt = await limits.passwords.attempt(who);
  if (retryAt) return tooManyAttempts(retryAt);

  // Both are asked for, and one hash is checked, whoever it is: the time must not tell who has an account.
  const check = async () => {
    const [account, pending] = await Promise.all([
      findAccountByEmail(database, sealer, email),
      newestLinkTo(database, sealer, email, ['SIGN_UP']),
    ]);
    const hashed = account ? account.passwordHash : (pending?.passwordHash ?? null);
    return { account, matches: await passwords.matches(hashed, password) };
  };
  const { account, matches } = await orGiveBack(check, () => limits.passwords.undone(who));
  if (!matches) {
    await limits.passwords.failed(who);
    return invalidCredentials();
  }
  await limits.passwords.succeeded(who);
  // Told only to who knows the password: to others it would say that somebody signed up.
  if (!account?.emailVerified) return emailNotVerified(email);

  if (account.language !== language) await setLanguage(database, account.id, language);
  const session = await database.transaction((tx) => startSessionByPassword(tx, account, device));
  return session ? handOut(parts, context, account, session, cookie) : invalidCredentials();
}

import type { Database } from '@stampede/shared/database';
import type { Sealer } from '@stampede/shared/sealing';
import type { SubgraphContext } from '@stampede/shared/subgraph';
import { findAccountByEmail, setLanguage, type Account } from '../account.entity.js';
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
  const { database, limits } = parts;
  const { address, language } = clientOf(context);
  const who = { account: email, address };
  const retryAt = await limits.passwords.attempt(who);
  if (retryAt) return tooManyAttempts(retryAt);

  const { account, waits } = await orGiveBack(
    () => check(parts, email, password),
    () => limits.passwords.undone(who),
  );
  // Still counted: anybody can sign up with somebody's address, and would guess at their password for nothing.
  if (waits || (account && !account.emailVerified)) return emailNotVerified(email);
  if (!account) {
    await limits.passwords.failed(who);
    return invalidCredentials();
  }
  await limits.passwords.succeeded(who);
  if (account.language !== language) await setLanguage(database, account.id, language);
  const session = await database.transaction('sign-in', (tx) => startSessionByPassword(tx, account, device));
  return session ? handOut(parts, context, account, session, cookie) : invalidCredentials();
}

interface Checked {
  /** Whose password it is. */
  account?: Account | undefined;
  /** Whether it is the password of a sign-up that waits for its link: told to nobody who does not know that. */
  waits: boolean;
}

/**
 * Neither the answer nor the time may tell who has an account. What anybody can bring about for any address is a
 * sign-up that waits; its password is checked after the account's, or nobody's, and its answer given, whether there is
 * an account or not. Both are checked even when the first was right: should the second one be turned away, the
 * attempt is given back, and nothing may have been learnt by it.
 */
async function check(
  { database, sealer, passwords }: SignInParts,
  email: string,
  password: string,
): Promise<Checked> {
  const [account, pending] = await Promise.all([
    findAccountByEmail(database, sealer, email),
    newestLinkTo(database, sealer, email, ['SIGN_UP']),
  ]);
  const matches = await passwords.matches(account?.passwordHash ?? null, password);
  const matchesPending = pending !== undefined && (await passwords.matches(pending.passwordHash, password));
  return matches ? { account, waits: false } : { waits: matchesPending };
}

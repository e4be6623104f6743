import type { Database } from '@stampede/shared/database';
import type { Sealer } from '@stampede/shared/sealing';
import type { SubgraphContext } from '@stampede/shared/subgraph';
import { findAccountByEmail } from '../account.entity.js';
import type { AuthSession } from '../session/auth-session.js';
import { handOut } from '../session/hand-out.js';
import { startSession } from '../session/session.entity.js';
import type { SigningKeys } from '../tokens/signing-keys.js';
import type { Passwords } from '../passwords/passwords.js';
import {
  emailNotVerified,
  invalidCredentials,
  type EmailNotVerified,
  type InvalidCredentials,
} from './rejections.js';

export interface SignInParts {
  database: Database;
  sealer: Sealer;
  passwords: Passwords;
  keys: SigningKeys;
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
): Promise<AuthSession | InvalidCredentials | EmailNotVerified> {
  const { database, sealer, passwords } = parts;
  const account = await findAccountByEmail(database, sealer, email);
  const matches = await passwords.matches(account?.passwordHash ?? null, password);
  if (!account || !matches) return invalidCredentials();
  // Told only to who knows the password: to others it would say that the account exists.
  if (!account.emailVerified) return emailNotVerified(email);

  return handOut(parts, context, account, await startSession(database, account.id, device), cookie);
}

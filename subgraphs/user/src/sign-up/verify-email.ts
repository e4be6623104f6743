import type { Database, Sql } from '@stampede/shared/database';
import type { Sealer } from '@stampede/shared/sealing';
import type { SubgraphContext } from '@stampede/shared/subgraph';
import { createAccount, emailIndex, findAccounts, type Account } from '../account.entity.js';
import { dropLinksTo, hasRival, takeLink, type MailLink } from '../mail-link.entity.js';
import type { AuthSession } from '../session/auth-session.js';
import { handOut } from '../session/hand-out.js';
import { invalidLink, type InvalidToken } from '../session/rejections.js';
import { startSession } from '../session/session.entity.js';
import type { SigningKeys } from '../tokens/signing-keys.js';

export interface VerifyEmailParts {
  database: Database;
  sealer: Sealer;
  keys: SigningKeys;
}

export interface Following {
  token: string;
  device: string;
  /** Whether the refresh token becomes the client's cookie. */
  cookie: boolean;
}

/** Completes what a link was mailed for, and signs in whoever followed it. */
export async function verifyEmail(
  parts: VerifyEmailParts,
  context: SubgraphContext,
  { token, device, cookie }: Following,
): Promise<AuthSession | InvalidToken> {
  const { database, sealer } = parts;
  const verified = await database
    .transaction('verify-email', async (tx) => {
      const link = await takeLink(tx, sealer, token, ['SIGN_UP', 'VERIFY']);
      const account = link && (await (link.accountId ? verify : makeAccount)(tx, sealer, link));
      if (!account) return undefined;
      // Other sign-ups of the address carry passwords that somebody else may have chosen.
      await dropLinksTo(tx, link.emailIndex, ['SIGN_UP', 'VERIFY']);
      return { account, session: await startSession(tx, account.id, device) };
    })
    .catch(unlessTaken);
  if (!verified) return invalidLink();
  return handOut(parts, context, verified.account, verified.session, cookie);
}

/** Two accounts may claim an address at the same moment; PostgreSQL lets one have it. */
function unlessTaken(error: unknown): undefined {
  if ((error as { constraint?: unknown }).constraint !== 'account_email_index_key') throw error;
}

/**
 * Where several sign-ups wait, one may be a stranger's, and the link that is followed may be theirs: then nobody's
 * password opens the account, until whoever reads the mail sets one by a reset.
 *
 * @returns undefined when another link to the address was followed first.
 */
async function makeAccount(sql: Sql, sealer: Sealer, link: MailLink): Promise<Account | undefined> {
  const { email, name, phone, language } = link;
  const passwordHash = (await hasRival(sql, link)) ? null : link.passwordHash;
  return createAccount(sql, sealer, { email, name, phone, passwordHash, language });
}

/** @returns undefined when the address is another account's, or not the account's any more. */
async function verify(sql: Sql, sealer: Sealer, link: MailLink): Promise<Account | undefined> {
  const id = link.accountId ?? '';
  const [account] = await findAccounts(sql, sealer, [id]);
  if (!account?.email || !emailIndex(sealer, account.email).equals(link.emailIndex)) return undefined;
  const claimed = await sql.run(
    `UPDATE account SET email_index = $2, email_verified_at = now()
      WHERE id = $1 AND deleted_at IS NULL
        AND NOT EXISTS (SELECT FROM account other WHERE other.email_index = $2 AND other.id <> $1)`,
    [id, link.emailIndex],
  );
  return claimed === 1 ? (await findAccounts(sql, sealer, [id]))[0] : undefined;
}

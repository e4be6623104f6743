import type { Database } from '@stampede/shared/database';
import { badInput, notFound, unauthenticated } from '@stampede/shared/errors';
import type { SocialProvider } from '../profile/user.type.js';

interface LockedAccount {
  has_password: boolean;
  has_email: boolean;
  email_verified: boolean;
}

/** What somebody without a password can do first: a reset is mailed to a proven address only. */
function wayOut({ has_email: hasEmail, email_verified: verified }: LockedAccount): string {
  if (verified) return 'Set a password first, by a password reset.';
  const link = 'Link another provider first';
  return hasEmail
    ? `${link}, or follow the link that confirms your mail address, and set a password by a password reset.`
    : `${link}.`;
}

/** @throws NOT_FOUND when there is no link; BAD_USER_INPUT when nobody could sign in to the account any more. */
export function unlinkSocial(database: Database, accountId: string, provider: SocialProvider): Promise<void> {
  return database.transaction('unlink-social', async (tx) => {
    // Held, so that of two links that are removed at once the second sees that it is the last.
    const [account] = await tx.query<LockedAccount>(
      `SELECT password_hash IS NOT NULL AS has_password, email IS NOT NULL AS has_email,
         email_verified_at IS NOT NULL AS email_verified FROM account
        WHERE id = $1 AND deleted_at IS NULL FOR UPDATE`,
      [accountId],
    );
    if (!account) throw unauthenticated();
    const links = await tx.query<{ provider: SocialProvider }>(
      `SELECT provider FROM social_link WHERE account_id = $1`,
      [accountId],
    );
    if (!links.some((link) => link.provider === provider)) throw notFound(`link to ${provider}`);
    if (!account.has_password && links.length === 1) {
      const message = `is the only way to sign in to the account. ${wayOut(account)}`;
      throw badInput({ path: 'provider', message });
    }
    await tx.run(`DELETE FROM social_link WHERE account_id = $1 AND provider = $2`, [accountId, provider]);
  });
}

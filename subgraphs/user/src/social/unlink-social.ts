import type { Database } from '@stampede/shared/database';
import { badInput, notFound, unauthenticated } from '@stampede/shared/errors';
import type { SocialProvider } from '../profile/user.type.js';

/** @throws NOT_FOUND when there is no link; BAD_USER_INPUT when nobody could sign in to the account any more. */
export function unlinkSocial(database: Database, accountId: string, provider: SocialProvider): Promise<void> {
  return database.transaction(async (tx) => {
    // Held, so that of two links that are removed at once the second sees that it is the last.
    const [account] = await tx.query<{ has_password: boolean }>(
      `SELECT password_hash IS NOT NULL AS has_password FROM account
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
      const message = 'is the only way to sign in to the account. Set a password first, by a password reset.';
      throw badInput({ path: 'provider', message });
    }
    await tx.run(`DELETE FROM social_link WHERE account_id = $1 AND provider = $2`, [accountId, provider]);
  });
}

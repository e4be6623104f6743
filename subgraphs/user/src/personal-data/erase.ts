import type { Transaction } from '@stampede/shared/database';
import type { Sealer } from '@stampede/shared/sealing';
import type { Account } from '../account.entity.js';
import { dropLinksOf } from '../mail-link.entity.js';
import { endSessionsOf } from '../session/session.entity.js';
import { deleteMailsOf, provenIndex } from './mails-to.js';

/**
 * Takes everything away that says who an account's person is. There remain the account's id and role, which orders and
 * books name, what a SELLER was called, and its latest sessions without what their devices were called: gateways read
 * there whose access tokens they have to refuse. The account's row has to be locked.
 */
export async function erase(tx: Transaction, sealer: Sealer, account: Account): Promise<void> {
  const { id } = account;
  await endSessionsOf(tx, id);
  await tx.run(`UPDATE session SET device = '' WHERE account_id = $1`, [id]);
  await tx.run('DELETE FROM address WHERE account_id = $1', [id]);
  await tx.run('DELETE FROM social_link WHERE account_id = $1', [id]);
  await tx.run('DELETE FROM social_sign_in WHERE account_id = $1', [id]);
  await dropLinksOf(tx, id, provenIndex(sealer, account));
  await deleteMailsOf(tx, sealer, account);
  await tx.run(
    `UPDATE account SET email = NULL, email_index = NULL, email_verified_at = NULL, name = NULL, phone = NULL,
       password_hash = NULL, language = 'en', deleted_at = now() WHERE id = $1`,
    [id],
  );
}

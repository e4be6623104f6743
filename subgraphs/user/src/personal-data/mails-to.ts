import type { Sql } from '@stampede/shared/database';
import type { Sealer } from '@stampede/shared/sealing';
import { emailIndex, type Account } from '../account.entity.js';

/**
 * Of the address at which what was mailed is the person's; null of who has not proven theirs: it may be anybody's, who
 * shall neither be told of nor lose anything by it.
 */
export const provenIndex = (sealer: Sealer, { email, emailVerified }: Account): Buffer | null =>
  email !== null && emailVerified ? emailIndex(sealer, email) : null;

/** That mails wait to be sent to a person; what they will say holds a link that is the mail box's alone. */
export const waitingMailsOf = (sql: Sql, sealer: Sealer, account: Account) =>
  sql.query(
    `SELECT kind, language, created_at AS "createdAt" FROM mail
      WHERE recipient_index = $1 OR account_id = $2 ORDER BY created_at, id`,
    [provenIndex(sealer, account), account.id],
  );

/** In one order, so that two whose mail is the same (to one's address, for the other to prove) wait, and pass. */
export const deleteMailsOf = (sql: Sql, sealer: Sealer, account: Account): Promise<number> =>
  sql.run(
    `DELETE FROM mail WHERE id IN
       (SELECT id FROM mail WHERE recipient_index = $1 OR account_id = $2 ORDER BY id FOR UPDATE)`,
    [provenIndex(sealer, account), account.id],
  );

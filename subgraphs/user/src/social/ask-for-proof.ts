import type { Sql } from '@stampede/shared/database';
import type { Language } from '@stampede/shared/identity';
import type { Sealer } from '@stampede/shared/sealing';
import type { Account } from '../account.entity.js';
import type { Asker } from '../client.js';
import { addLink, linkEnds, newLinkToken } from '../mail-link.entity.js';
import { queueMail } from '../mail/queue-mail.js';
import type { SocialParts } from './social-parts.js';

/**
 * Has a link mailed to the address that an account names without having proven it, unless a link is there to be
 * followed, or too much was mailed there already: then the next sign-in asks again. It fails no sign-in.
 */
export async function askForProof(
  { database, sealer, limits, log }: Pick<SocialParts, 'database' | 'sealer' | 'limits' | 'log'>,
  { id, email, emailVerified }: Account,
  { client, requestId }: { client: Asker; requestId: string },
): Promise<void> {
  if (email === null || emailVerified) return;
  try {
    if (await isAsked(database, id)) return;
    // Whoever signs in and deletes the account again and again would have any address mailed.
    if (await limits.mails.attempt({ email, address: client.address })) return;
    await database.transaction('ask-for-proof', async (tx) => {
      if ((await holdUnproven(tx, id)) && !(await isAsked(tx, id)))
        await mailLink(tx, sealer, { id, email, language: client.language });
    });
  } catch (error) {
    log.warn(
      { err: error, requestId, userId: id },
      'an address was not asked for its proof: the next sign-in does',
    );
  }
}

async function mailLink(sql: Sql, sealer: Sealer, to: { id: string; email: string; language: Language }) {
  const { id: accountId, email, language } = to;
  const token = newLinkToken();
  const link = { token, email, accountId, language, expiresAt: linkEnds('VERIFY') };
  await addLink(sql, sealer, { purpose: 'VERIFY', ...link });
  const mail = { to: email, accountId, language, content: { token } };
  await queueMail(sql, sealer, { kind: 'verify-address', ...mail });
}

async function isAsked(sql: Sql, accountId: string): Promise<boolean> {
  const [link] = await sql.query(
    `SELECT 1 FROM mail_link WHERE account_id = $1 AND purpose = 'VERIFY' AND expires_at > now() LIMIT 1`,
    [accountId],
  );
  return link !== undefined;
}

/** Of two who sign in at once one asks; nobody asks for an account that is being deleted. */
async function holdUnproven(sql: Sql, id: string): Promise<boolean> {
  const [account] = await sql.query(
    `SELECT 1 FROM account WHERE id = $1 AND deleted_at IS NULL AND email_verified_at IS NULL FOR NO KEY UPDATE`,
    [id],
  );
  return account !== undefined;
}

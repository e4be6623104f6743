import type { Sql } from '@stampede/shared/database';
import { saleOpening } from '@stampede/shared/messages';
import { on, type Handler } from '@stampede/shared/messaging';
import type { Sealer } from '@stampede/shared/sealing';
import type { Log } from '@stampede/shared/telemetry';
import { findAccounts, type Account } from '../account.entity.js';
import { queueMails, type Mail } from '../mail/queue-mail.js';

/**
 * Queues a mail to each of the people that a sale is about to open for, as far as there is an account with an address
 * that is proven theirs. Nothing, when it has opened: a message may have waited long, or be a dead letter's replay. Whose
 * address does not open is left out, and named in the log: the others have their sale to go to.
 */
export const onSaleOpening = (sealer: Sealer, log: Log): Handler =>
  on(saleOpening, async (tx, { userIds, productId, name, opensAt }) => {
    if (Date.parse(opensAt) <= Date.now()) return;
    const accounts = await reachable(tx, sealer, userIds);
    const mails = accounts.flatMap((account): Mail[] => {
      const { id, language } = account;
      const email = addressOf(account, log);
      if (email === null) return [];
      const content = { accountId: id, productId, name, opensAt };
      return [{ kind: 'sale-opening', to: email, language, content, accountId: id }];
    });
    await queueMails(tx, sealer, mails);
  });

/** Locked against deletion until the mails are there for it to delete; in one order, as operators' deletions lock. */
async function reachable(tx: Sql, sealer: Sealer, userIds: readonly string[]): Promise<Account[]> {
  const rows = await tx.query<{ id: string }>(
    `SELECT id FROM account WHERE id = ANY($1::uuid[]) AND deleted_at IS NULL AND email_verified_at IS NOT NULL
      ORDER BY id FOR KEY SHARE`,
    [userIds],
  );
  return findAccounts(
    tx,
    sealer,
    rows.map(({ id }) => id),
  );
}

function addressOf(account: Account, log: Log): string | null {
  try {
    return account.email;
  } catch (error) {
    log.error(
      { err: error, accountId: account.id },
      'an address does not open: its account hears of no sale',
    );
    return null;
  }
}

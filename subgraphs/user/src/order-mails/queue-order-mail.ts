import type { Transaction } from '@stampede/shared/database';
import type { Sealer } from '@stampede/shared/sealing';
import { findAccounts } from '../account.entity.js';
import { queueMail, type OrderMailKind } from '../mail/queue-mail.js';

export interface OrderMail {
  kind: OrderMailKind;
  orderId: string;
  buyerId: string;
  /** Which of several of a kind; empty where there is one. */
  about: string;
  /** What the message says that the order itself may not say when the letter is composed. */
  told: object;
}

/** The account is locked against deletion until its mail is there for that to delete. */
const ONCE = `INSERT INTO order_mail (order_id, kind, about)
  SELECT $2::uuid, $3::text, $4::text FROM
    (SELECT id FROM account WHERE id = $1 AND deleted_at IS NULL AND email_verified_at IS NOT NULL FOR KEY SHARE) buyer
  ON CONFLICT DO NOTHING`;

/**
 * Queues a mail about an order to who bought it, once for each kind and what it is about; none where there is no
 * account any more, or none with a proven address.
 *
 * @throws when the address does not open: the message is then a dead letter, good once the key is back.
 */
export async function queueOrderMail(tx: Transaction, sealer: Sealer, mail: OrderMail): Promise<void> {
  const { kind, orderId, buyerId, about, told } = mail;
  if ((await tx.run(ONCE, [buyerId, orderId, kind, about])) === 0) return;
  const [account] = await findAccounts(tx, sealer, [buyerId]);
  if (!account?.email) return;
  const { id, email, language } = account;
  const content = { ...told, accountId: id, orderId };
  await queueMail(tx, sealer, { kind, to: email, language, content, accountId: id });
}

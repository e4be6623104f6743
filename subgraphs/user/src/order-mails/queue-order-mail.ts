import type { Transaction } from '@stampede/shared/database';
import type { Sealer } from '@stampede/shared/sealing';
import { findAccounts } from '../account.entity.js';
import { queueMails, type Mail, type OrderMailKind } from '../mail/queue-mail.js';

export interface OrderMail {
  kind: OrderMailKind;
  orderId: string;
  buyerId: string;
  /** Which of several of a kind; empty where there is one. */
  about: string;
  /** What the message says that the order itself may not say when the letter is composed. */
  told: object;
}

/** The accounts are locked against deletion until their mails are there for that to delete; it leaves no proven address. */
const ONCE = `INSERT INTO order_mail (order_id, kind, about)
  SELECT order_id, kind, about
  FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[]) AS mail (buyer_id, order_id, kind, about)
  JOIN (SELECT id FROM account WHERE id = ANY($1::uuid[]) AND email_verified_at IS NOT NULL
    ORDER BY id FOR KEY SHARE) buyer ON buyer.id = buyer_id
  ORDER BY order_id, about ON CONFLICT DO NOTHING RETURNING order_id AS "orderId", kind, about`;

/**
 * Queues mails about orders to who bought them, once for each kind and what it is about; none where there is no
 * account any more, or none with a proven address. As many statements for several as for one.
 *
 * @throws when an address does not open: the message is then a dead letter, good once the key is back.
 */
export async function queueOrderMails(
  tx: Transaction,
  sealer: Sealer,
  mails: readonly OrderMail[],
): Promise<void> {
  const queuedNow = await tx.query<MailName>(ONCE, [
    mails.map(({ buyerId }) => buyerId),
    mails.map(({ orderId }) => orderId),
    mails.map(({ kind }) => kind),
    mails.map(({ about }) => about),
  ]);
  if (queuedNow.length === 0) return;
  const byName = new Map(mails.map((mail) => [nameOf(mail), mail]));
  const fresh = queuedNow.map((mail) => byName.get(nameOf(mail))!);
  const buyers = [...new Set(fresh.map(({ buyerId }) => buyerId))];
  const accounts = new Map((await findAccounts(tx, sealer, buyers)).map((account) => [account.id, account]));
  const queued = fresh.flatMap(({ kind, orderId, buyerId, told }): Mail[] => {
    const account = accounts.get(buyerId);
    if (!account?.email) return [];
    const { id, email, language } = account;
    return [{ kind, to: email, language, content: { ...told, accountId: id, orderId }, accountId: id }];
  });
  if (queued.length > 0) await queueMails(tx, sealer, queued);
}

type MailName = Pick<OrderMail, 'orderId' | 'kind' | 'about'>;

const nameOf = ({ orderId, kind, about }: MailName) => `${orderId} ${kind} ${about}`;

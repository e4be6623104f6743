import type { Sql } from '@stampede/shared/database';
import type { Language } from '@stampede/shared/identity';
import { openNotices } from '@stampede/shared/live';
import type { Sealer } from '@stampede/shared/sealing';
import { randomUUID } from 'node:crypto';
import { emailIndex } from '../account.entity.js';

/** What is written to people about their orders. */
export type OrderMailKind =
  'order-confirmed' | 'order-expired' | 'order-cancelled' | 'order-refunded' | 'order-shipped';

/** What is written to people; each has its letter in `letters.ts`. */
export type MailKind = 'sign-up' | 'reset-password' | 'verify-address' | 'sale-opening' | OrderMailKind;

const [AT_A_SCREEN, OF_AN_ORDER, OF_VERY_MANY] = [0, 1, 2];

/** Which go first when many are due: who waits for a link has a page open; a reminder is one of a hundred thousand. */
const TURNS: Record<MailKind, number> = {
  'sign-up': AT_A_SCREEN,
  'reset-password': AT_A_SCREEN,
  'verify-address': AT_A_SCREEN,
  'order-confirmed': OF_AN_ORDER,
  'order-expired': OF_AN_ORDER,
  'order-cancelled': OF_AN_ORDER,
  'order-refunded': OF_AN_ORDER,
  'order-shipped': OF_AN_ORDER,
  'sale-opening': OF_VERY_MANY,
};

export interface Mail {
  kind: MailKind;
  /** An address as whoever owns it gave it. */
  to: string;
  language: Language;
  /** What its letter needs, as JSON. */
  content: object;
  /** Whose it is, where that is known: who is to prove with it that the address is theirs, say. */
  accountId?: string;
}

/** Mails that this process has queued, by id. */
export const mailsQueued = openNotices();

/**
 * Queues a mail, to be sent once the transaction of `sql` has committed, and never when it is undone. One INSERT,
 * that takes as long for any address: whether a mail is worth sending is found out when it is composed.
 */
export const queueMail = (sql: Sql, sealer: Sealer, mail: Mail): Promise<void> =>
  queueMails(sql, sealer, [mail]);

/** {@link queueMail} for many, in one statement too. */
export async function queueMails(sql: Sql, sealer: Sealer, mails: readonly Mail[]): Promise<void> {
  const rows = mails.map((mail) => sealed(sealer, mail));
  await sql.run(
    `INSERT INTO mail (id, kind, recipient, recipient_index, account_id, language, content, turn)
     SELECT * FROM unnest($1::uuid[], $2::text[], $3::bytea[], $4::bytea[], $5::uuid[], $6::text[], $7::bytea[],
       $8::smallint[])`,
    [
      rows.map(({ id }) => id),
      mails.map(({ kind }) => kind),
      rows.map(({ recipient }) => recipient),
      mails.map(({ to }) => emailIndex(sealer, to)),
      mails.map(({ accountId }) => accountId ?? null),
      mails.map(({ language }) => language),
      rows.map(({ content }) => content),
      mails.map(({ kind }) => TURNS[kind]),
    ],
  );
  for (const { id } of rows) mailsQueued.note(sql, id);
}

function sealed(sealer: Sealer, { to, content }: Mail): { id: string; recipient: Buffer; content: Buffer } {
  const id = randomUUID();
  const seal = (column: string, text: string) => sealer.seal(text, { table: 'mail', column, row: id });
  return { id, recipient: seal('recipient', to), content: seal('content', JSON.stringify(content)) };
}

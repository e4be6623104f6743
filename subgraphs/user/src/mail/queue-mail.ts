import type { Sql } from '@stampede/shared/database';
import type { Language } from '@stampede/shared/identity';
import { openNotices } from '@stampede/shared/live';
import type { Sealer } from '@stampede/shared/sealing';
import { randomUUID } from 'node:crypto';
import { emailIndex } from '../account.entity.js';

/** What is written to people; each has its letter in `letters.ts`. */
export type MailKind = 'sign-up' | 'reset-password' | 'verify-address';

export interface Mail {
  kind: MailKind;
  /** An address as whoever owns it gave it. */
  to: string;
  language: Language;
  /** What its letter needs, as JSON. */
  content: object;
  /** Who is to prove with it that the address is theirs. */
  accountId?: string;
}

/** Mails that this process has queued, by id. */
export const mailsQueued = openNotices();

/**
 * Queues a mail, to be sent once the transaction of `sql` has committed, and never when it is undone. One INSERT,
 * that takes as long for any address: whether a mail is worth sending is found out when it is composed.
 */
export async function queueMail(sql: Sql, sealer: Sealer, mail: Mail): Promise<void> {
  const id = randomUUID();
  const seal = (column: string, text: string) => sealer.seal(text, { table: 'mail', column, row: id });
  await sql.run(
    `INSERT INTO mail (id, kind, recipient, recipient_index, account_id, language, content)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      id,
      mail.kind,
      seal('recipient', mail.to),
      emailIndex(sealer, mail.to),
      mail.accountId ?? null,
      mail.language,
      seal('content', JSON.stringify(mail.content)),
    ],
  );
  mailsQueued.note(sql, id);
}

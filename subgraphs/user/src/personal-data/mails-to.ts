import type { Sql } from '@stampede/shared/database';
import { SealingError, type Sealer } from '@stampede/shared/sealing';

export interface WaitingMail {
  id: string;
  kind: string;
  language: string;
  createdAt: Date;
}

const AT_ONCE = 500;
const BEFORE_ALL = '00000000-0000-0000-0000-000000000000';

/** The mails that wait to be sent to an address. Whom a mail goes to is sealed: all that wait are looked through. */
export async function mailsTo(sql: Sql, sealer: Sealer, email: string): Promise<WaitingMail[]> {
  const whose = email.trim().toLowerCase();
  const found: WaitingMail[] = [];
  let after = BEFORE_ALL;
  for (;;) {
    const mails = await sql.query<WaitingMail & { recipient: Buffer }>(
      `SELECT id, kind, language, created_at AS "createdAt", recipient FROM mail
        WHERE id > $1 ORDER BY id LIMIT $2`,
      [after, AT_ONCE],
    );
    for (const { recipient, ...mail } of mails) {
      if (recipientOf(sealer, mail.id, recipient) === whose) found.push(mail);
    }
    const last = mails.at(-1);
    if (!last || mails.length < AT_ONCE) return found;
    after = last.id;
  }
}

function recipientOf(sealer: Sealer, row: string, recipient: Buffer): string | null {
  try {
    return sealer.open(recipient, { table: 'mail', column: 'recipient', row }).trim().toLowerCase();
  } catch (error) {
    // Nobody can send it either; it must not stand in a person's way.
    if (error instanceof SealingError) return null;
    throw error;
  }
}

import type { Language } from '@stampede/shared/identity';
import { letters as composers } from '../src/mail/letters.js';
import type { MailKind } from '../src/mail/queue-mail.js';
import type { Letter } from '../src/mail/letter.js';
import type { ComposeParts } from '../src/mail/compose.js';
import { OTHERS_AWAY } from './mail.fixture.js';
import { PUBLIC_URL, type UserUnderTest } from './open-user.js';

interface MailRow {
  id: string;
  kind: MailKind;
  recipient: Buffer;
  language: Language;
  content: Buffer;
}

/** Composes what waits to be sent to an address, oldest first, as the sending would now; null: nothing is sent. */
export async function lettersTo(
  user: UserUnderTest,
  email: string,
  others: Partial<Pick<ComposeParts, 'readOpeningSale' | 'readOrderLetter'>> = {},
): Promise<(Letter | null)[]> {
  const { database } = user.test;
  const letters: (Letter | null)[] = [];
  for (const row of await database.query<MailRow>('SELECT * FROM mail ORDER BY created_at, id')) {
    const open = (column: 'recipient' | 'content') =>
      user.sealer.open(row[column], { table: 'mail', column, row: row.id });
    const to = open('recipient');
    if (to !== email) continue;
    const mail = { to, language: row.language, content: JSON.parse(open('content')) as unknown };
    const parts = { database, sealer: user.sealer, publicUrl: PUBLIC_URL, ...OTHERS_AWAY, ...others };
    letters.push(await composers[row.kind](mail, parts));
    await database.run('DELETE FROM mail WHERE id = $1', [row.id]);
  }
  return letters;
}

/** The token of the one link that waits to be sent to an address. */
export async function tokenTo(user: UserUnderTest, email: string): Promise<string> {
  const letters = await lettersTo(user, email);
  const [token, ...more] = letters.flatMap((letter) => (letter ? (tokenIn(letter) ?? []) : []));
  if (token === undefined || more.length > 0) throw new Error(`there is not one link, but ${letters.length}`);
  return token;
}

export const tokenIn = ({ text }: Letter): string | undefined => /\?token=([\w-]{43})(?!\S)/.exec(text)?.[1];

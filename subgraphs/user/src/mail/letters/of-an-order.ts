import type { Language } from '@stampede/shared/identity';
import { z } from 'zod';
import { findAccounts } from '../../account.entity.js';
import type { OrderToTell } from '../../order-mails/order-letters.js';
import type { Compose } from '../compose.js';
import type { Letter } from '../letter.js';
import { dayIn } from './times.js';

const ids = z.object({ accountId: z.guid(), orderId: z.guid() });

/**
 * A letter of the order as it stands when it is sent. Messages of several queues come in any order, and a mail may wait
 * for days: what the order no longer says, no letter says. Nothing of an order that is not there, nor where there is no
 * account any more, or none with a proven address.
 *
 * @param told what its message said.
 * @param write null where the order has moved on, and another letter tells of it.
 */
export const ofAnOrder =
  <T>(
    told: z.ZodType<T>,
    write: (language: Language, order: OrderToTell, told: T) => Letter | null,
  ): Compose =>
  async ({ language, content }, { readOrderLetter, database, sealer }) => {
    const { accountId, orderId } = ids.parse(content);
    const order = await readOrderLetter(orderId);
    if (order?.buyerId !== accountId) return null;
    const letter = write(language, order, told.parse(content));
    if (!letter) return null;
    const [account] = await findAccounts(database, sealer, [accountId]);
    if (!account?.emailVerified) return null;
    return { ...letter, to: account.email };
  };

const NUMBERS = new Intl.NumberFormat('en-US');
const MONEY: Record<Language, (amount: string) => string> = {
  en: (amount) => `₩${amount}`,
  ko: (amount) => `${amount}원`,
};

export const money = (language: Language, won: number): string => MONEY[language](NUMBERS.format(won));

type Line = OrderToTell['lines'][number];

export const isTicket = ({ usedOn }: Line): boolean => usedOn !== null;

/** What was bought: a line each, with a ticket’s day. */
export const pointsOf = (language: Language, lines: readonly Line[]): string[] =>
  lines.map(({ name, quantity, subtotal, usedOn, timeZone }) => {
    const line = `${name} × ${NUMBERS.format(quantity)}: ${money(language, subtotal)}`;
    if (!usedOn) return line;
    const day = dayIn(language, timeZone, usedOn);
    return language === 'ko' ? `${line} (사용일: ${day})` : `${line} (for ${day})`;
  });

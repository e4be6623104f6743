import type { Language } from '@stampede/shared/identity';
import type { OrderToTell } from '../../order-mails/order-letters.js';
import { money } from './of-an-order.js';

/** Of an order that has ended: what was paid for it, and what of that goes back or is back. */
export function moneyBack(language: Language, { paid, total, refunds }: OrderToTell): string[] {
  const sum = (some: OrderToTell['refunds']) => some.reduce((won, { amount }) => won + amount, 0);
  const back = sum(refunds.filter(({ done }) => done));
  const coming = sum(refunds.filter(({ done }) => !done));
  if (refunds.length === 0) return [NOT_CHARGED[language]];
  const told = [];
  if (paid && sum(refunds.filter(({ ofOrder }) => ofOrder)) < total)
    told.push(
      language === 'ko'
        ? `결제하신 ${money(language, total)}은 환불 규정에 따라 일부만 환불됩니다.`
        : `Of the ${money(language, total)} that you paid, the refund policy gives back a part.`,
    );
  if (coming > 0)
    told.push(
      language === 'ko'
        ? `${money(language, coming)}을 환불해 드립니다. 환불이 완료되면 메일로 다시 알려 드리겠습니다.`
        : `${money(language, coming)} will be refunded. We will write again when it is.`,
    );
  if (back > 0)
    told.push(
      language === 'ko'
        ? `${money(language, back)}을 환불해 드렸습니다.`
        : `${money(language, back)} has been refunded.`,
    );
  return told;
}

/** What was paid for an order that ends is asked back in the transaction that ends it. */
const NOT_CHARGED: Record<Language, string> = {
  en: 'You were not charged. Should a payment still arrive, it will be refunded in full.',
  ko: '결제된 금액은 없습니다. 나중에 결제가 확인되더라도 전액 환불해 드립니다.',
};

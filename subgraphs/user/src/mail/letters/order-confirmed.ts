import type { Language } from '@stampede/shared/identity';
import { z } from 'zod';
import type { OrderToTell } from '../../order-mails/order-letters.js';
import { letter } from '../letter.js';
import { isTicket, money, ofAnOrder, pointsOf } from './of-an-order.js';

const STANDS = new Set(['CONFIRMED', 'PREPARING', 'SHIPPED', 'DELIVERED']);
const WITH_THE_CARRIER = new Set(['SHIPPED', 'DELIVERED']);

/** What was bought, and what happens next. Nothing once it was cancelled, of which another letter tells. */
export const composeOrderConfirmed = ofAnOrder(z.object({}), (language, order) => {
  if (!STANDS.has(order.status)) return null;
  const { number, lines } = order;
  const total = money(language, order.total);
  return language === 'ko'
    ? letter({
        language,
        subject: `주문이 확정되었습니다: ${number}`,
        paragraphs: [
          '주문해 주셔서 감사합니다. 결제가 완료되어 주문이 확정되었습니다.',
          `주문 번호: ${number}`,
          pointsOf(language, lines),
          `결제 금액: ${total}`,
          ...whatIsNext(language, order),
        ],
      })
    : letter({
        language,
        subject: `Your order is confirmed: ${number}`,
        paragraphs: [
          'Thank you for your order. It is paid and confirmed.',
          `Order number: ${number}`,
          pointsOf(language, lines),
          `Paid: ${total}`,
          ...whatIsNext(language, order),
        ],
      });
});

function whatIsNext(language: Language, { status, lines }: OrderToTell): string[] {
  const next = [];
  const parcel = !lines.every(isTicket);
  if (parcel && !WITH_THE_CARRIER.has(status))
    next.push(
      language === 'ko'
        ? '상품을 준비하고 있습니다. 발송되면 메일로 다시 알려 드리겠습니다.'
        : 'We are preparing your goods, and will write again when they are on their way.',
    );
  if (lines.some(isTicket))
    next.push(
      language === 'ko'
        ? '티켓은 배송되지 않습니다. 위에 적힌 사용일에 이용해 주세요.'
        : 'Tickets are not shipped. Each is good on the day that stands beside it.',
    );
  return next;
}

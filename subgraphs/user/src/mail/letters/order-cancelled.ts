import type { Language } from '@stampede/shared/identity';
import { z } from 'zod';
import { letter } from '../letter.js';
import { moneyBack } from './money-back.js';
import { ofAnOrder, pointsOf } from './of-an-order.js';

const CANCELLED = new Set(['CANCELLED', 'REFUNDING', 'REFUNDED']);

/** By whom or why, as far as a code says it, and what goes back. An order that expired is none of them. */
export const composeOrderCancelled = ofAnOrder(z.object({}), (language, order) => {
  if (!CANCELLED.has(order.status)) return null;
  const { number, lines } = order;
  const why = reasonOf(language, order.cancelledFor);
  return language === 'ko'
    ? letter({
        language,
        subject: `주문이 취소되었습니다: ${number}`,
        paragraphs: [why, `주문 번호: ${number}`, pointsOf(language, lines), ...moneyBack(language, order)],
      })
    : letter({
        language,
        subject: `Your order was cancelled: ${number}`,
        paragraphs: [
          why,
          `Order number: ${number}`,
          pointsOf(language, lines),
          ...moneyBack(language, order),
        ],
      });
});

/** Whoever cancelled in words of their own may be the buyer or an operator. */
function reasonOf(language: Language, code: string | null): string {
  const korean = language === 'ko';
  if (code === 'BUYER')
    return korean ? '요청하신 대로 주문을 취소했습니다.' : 'We have cancelled your order, as you asked.';
  if (code === 'OPERATOR')
    return korean
      ? 'Stampede 운영자가 주문을 취소했습니다.'
      : 'An operator of Stampede has cancelled your order.';
  if (code === 'NO_UNITS_LEFT')
    return korean
      ? '판매할 수량이 남아 있지 않아 주문이 취소되었습니다. 불편을 드려 죄송합니다.'
      : 'We had to cancel your order, because no units were left. We are sorry.';
  return korean ? '주문이 취소되었습니다.' : 'Your order has been cancelled.';
}

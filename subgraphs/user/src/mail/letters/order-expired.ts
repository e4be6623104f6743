import { z } from 'zod';
import { letter } from '../letter.js';
import { moneyBack } from './money-back.js';
import { ofAnOrder, pointsOf } from './of-an-order.js';
import { timeInSeoul } from './times.js';

/** Until when it should have been paid, and that nothing is owed. */
export const composeOrderExpired = ofAnOrder(z.object({}), (language, order) => {
  if (order.status !== 'EXPIRED') return null;
  const { number, lines } = order;
  const payBy = timeInSeoul(language, order.payBy);
  return language === 'ko'
    ? letter({
        language,
        subject: `결제 기한이 지나 주문이 만료되었습니다: ${number}`,
        paragraphs: [
          `결제 기한까지 결제가 확인되지 않아 주문이 만료되었습니다. 결제 기한: ${payBy} (한국 시간)`,
          `주문 번호: ${number}`,
          pointsOf(language, lines),
          '확보해 두었던 수량은 해제되었습니다.',
          ...moneyBack(language, order),
        ],
      })
    : letter({
        language,
        subject: `Your order was not paid in time: ${number}`,
        paragraphs: [
          `Your order has expired. It was to be paid by ${payBy}, Korean time (UTC+9).`,
          `Order number: ${number}`,
          pointsOf(language, lines),
          'Its units are no longer held for you.',
          ...moneyBack(language, order),
        ],
      });
});

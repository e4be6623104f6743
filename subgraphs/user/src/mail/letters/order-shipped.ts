import { z } from 'zod';
import { letter } from '../letter.js';
import { isTicket, ofAnOrder, pointsOf } from './of-an-order.js';

const told = z.object({ carrier: z.string(), trackingNumber: z.string() });
const SHIPPED = new Set(['SHIPPED', 'DELIVERED']);

/** How to follow the parcel. Nothing of a number that was corrected meanwhile: that is another letter. */
export const composeOrderShipped = ofAnOrder(told, (language, order, { carrier, trackingNumber }) => {
  const { status, delivery, number } = order;
  if (!SHIPPED.has(status)) return null;
  if (delivery?.carrier !== carrier || delivery.trackingNumber !== trackingNumber) return null;
  const goods = pointsOf(
    language,
    order.lines.filter((line) => !isTicket(line)),
  );
  return language === 'ko'
    ? letter({
        language,
        subject: `상품이 발송되었습니다: ${number}`,
        paragraphs: [
          '주문하신 상품이 발송되었습니다.',
          `주문 번호: ${number}`,
          goods,
          [`택배사: ${carrier}`, `운송장 번호: ${trackingNumber}`],
          '배송 정보가 바뀌면 메일로 다시 알려 드리겠습니다.',
        ],
      })
    : letter({
        language,
        subject: `Your order is on its way: ${number}`,
        paragraphs: [
          'What you ordered has been shipped.',
          `Order number: ${number}`,
          goods,
          [`Carrier: ${carrier}`, `Tracking number: ${trackingNumber}`],
          'Should that change, we write again.',
        ],
      });
});

import type { Language } from '@stampede/shared/identity';
import { z } from 'zod';
import { letter } from '../letter.js';
import { isTicket, ofAnOrder, pointsOf } from './of-an-order.js';

const told = z.object({ revision: z.int() });
const SHIPPED = new Set(['SHIPPED', 'DELIVERED']);

/** How to follow the parcel. Nothing of what was corrected meanwhile: that is another letter. */
export const composeOrderShipped = ofAnOrder(told, (language, order, { revision }) => {
  const { status, delivery, number } = order;
  if (!SHIPPED.has(status) || delivery?.revision !== revision) return null;
  const { carrier, trackingNumber } = delivery;
  const { subject, says } = NEWS[language][revision > 1 ? 'corrected' : 'shipped'];
  const goods = pointsOf(
    language,
    order.lines.filter((line) => !isTicket(line)),
  );
  return letter({
    language,
    subject: `${subject}: ${number}`,
    paragraphs:
      language === 'ko'
        ? [
            says,
            `주문 번호: ${number}`,
            goods,
            [`택배사: ${carrier}`, `운송장 번호: ${trackingNumber}`],
            '배송 정보가 바뀌면 메일로 다시 알려 드리겠습니다.',
          ]
        : [
            says,
            `Order number: ${number}`,
            goods,
            [`Carrier: ${carrier}`, `Tracking number: ${trackingNumber}`],
            'If that changes, we will write again.',
          ],
  });
});

/** Of a parcel that was corrected before its first letter was sent, the second is the only one. */
const NEWS: Record<Language, Record<'shipped' | 'corrected', { subject: string; says: string }>> = {
  en: {
    shipped: { subject: 'Your order is on its way', says: 'What you ordered has been shipped.' },
    corrected: {
      subject: 'Your tracking details have been corrected',
      says: 'What you ordered is on its way. Its carrier or its tracking number has been corrected.',
    },
  },
  ko: {
    shipped: { subject: '상품이 발송되었습니다', says: '주문하신 상품이 발송되었습니다.' },
    corrected: {
      subject: '배송 정보가 정정되었습니다',
      says: '주문하신 상품이 발송되었으며, 택배사 또는 운송장 번호가 정정되었습니다.',
    },
  },
};

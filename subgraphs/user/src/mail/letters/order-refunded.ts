import type { Language } from '@stampede/shared/identity';
import { z } from 'zod';
import type { OrderToTell } from '../../order-mails/order-letters.js';
import { letter } from '../letter.js';
import { money, ofAnOrder } from './of-an-order.js';

const told = z.object({ key: z.string(), amount: z.int().nonnegative() });

/** That money is back. Of a payment beside the order, also that this changes nothing about the order. */
export const composeOrderRefunded = ofAnOrder(told, (language, order, { key, amount }) => {
  const { number } = order;
  const won = money(language, amount);
  return language === 'ko'
    ? letter({
        language,
        subject: `환불이 완료되었습니다: ${number}`,
        paragraphs: [
          `${won}을 환불해 드렸습니다.`,
          `주문 번호: ${number}`,
          ...beside(language, order, key),
          '카드사나 은행에 따라 내역에 표시되기까지 며칠이 걸릴 수 있습니다.',
        ],
      })
    : letter({
        language,
        subject: `Your refund is done: ${number}`,
        paragraphs: [
          `We have refunded ${won} to you.`,
          `Order number: ${number}`,
          ...beside(language, order, key),
          'Some banks and card companies take a few days to show it.',
        ],
      });
});

const ENDED = new Set(['EXPIRED', 'CANCELLED', 'REFUNDING', 'REFUNDED']);

function beside(language: Language, { status, refunds }: OrderToTell, key: string): string[] {
  if (refunds.find((refund) => refund.key === key)?.ofOrder !== false) return [];
  const ended = ENDED.has(status);
  if (language === 'ko')
    return [
      '주문에 사용되지 않은 결제 금액을 환불해 드렸습니다.',
      ...(ended ? [] : ['주문 상태는 바뀌지 않습니다.']),
    ];
  return [
    'It was a payment that was not used for the order.',
    ...(ended ? [] : ['The order itself stays as it is.']),
  ];
}

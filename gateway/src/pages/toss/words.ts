import type { Language } from '@stampede/shared/identity';

export type Said = [title: string, text: string];

interface Words {
  title: string;
  item: string;
  amount: string;
  pay: string;
  goBack: string;
  opening: string;
  noScript: string;
  unreachable: string;
  closed: string;
  over: Said;
  unknown: Said;
  away: Said;
}

export const WORDS: Record<Language, Words> = {
  en: {
    title: 'Pay with Toss Payments',
    item: 'Item',
    amount: 'Amount',
    pay: 'Pay',
    goBack: 'Go back without paying',
    opening: 'The window of Toss Payments opens …',
    noScript: 'The window of Toss Payments needs JavaScript. Allow it, and load this page again.',
    unreachable:
      'Toss Payments cannot be reached from this browser at the moment. Nothing was paid. Try again, or go back and pay in another way.',
    closed: 'The window of Toss Payments was closed, or could not be opened. Nothing was paid.',
    over: [
      'This payment is over',
      'It was made or given up, or its time has run out. What became of the order is shown where you bought; while it waits to be paid, a new payment can be started there.',
    ],
    unknown: ['There is no such payment', 'The address may not be whole.'],
    away: [
      'This payment cannot be shown at the moment',
      'Nothing was paid. Wait a little, and load the page again.',
    ],
  },
  ko: {
    title: '토스페이먼츠로 결제',
    item: '상품',
    amount: '금액',
    pay: '결제하기',
    goBack: '결제하지 않고 돌아가기',
    opening: '토스페이먼츠 결제창을 여는 중입니다 …',
    noScript: '토스페이먼츠 결제창에는 자바스크립트가 필요합니다. 허용한 뒤 페이지를 다시 열어 주세요.',
    unreachable:
      '지금은 이 브라우저에서 토스페이먼츠에 연결할 수 없습니다. 결제되지 않았습니다. 다시 시도하거나, 돌아가서 다른 방법으로 결제해 주세요.',
    closed: '토스페이먼츠 결제창이 닫혔거나 열리지 않았습니다. 결제되지 않았습니다.',
    over: [
      '끝난 결제입니다',
      '이미 결제되었거나 취소되었거나 시간이 지났습니다. 주문 상태는 구매한 곳에서 확인해 주세요. 결제를 기다리는 주문이라면 그곳에서 다시 결제할 수 있습니다.',
    ],
    unknown: ['없는 결제입니다', '주소가 온전한지 확인해 주세요.'],
    away: ['지금은 결제를 보여 드릴 수 없습니다', '결제되지 않았습니다. 잠시 후 페이지를 다시 열어 주세요.'],
  },
};

import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Language } from '@stampede/shared/identity';
import { openUser, type UserUnderTest } from './open-user.js';
import { openOrderMails, SNEAKERS, type Happened } from './order-mails.fixture.js';

let user: UserUnderTest;
let orders: ReturnType<typeof openOrderMails>;
beforeAll(async () => {
  user = await openUser();
  orders = openOrderMails(user);
});
afterAll(() => user[Symbol.asyncDispose]());
beforeEach(() => user.test.database.run('DELETE FROM mail'));

const KEY = 'order:1';
const PARCEL = { carrier: 'CJ대한통운', trackingNumber: '6072-1', revision: 1 };

/** The letter that a person gets who reads this language, when this happens to an order of theirs. */
async function letterOf(language: Language, what: Happened, order: object, told: object = {}) {
  const { id, email } = await user.account();
  await user.test.database.run('UPDATE account SET language = $2 WHERE id = $1', [id, language]);
  await orders.hears(what, orders.order(id, order), id, { key: KEY, ...told });
  const [letter, ...others] = await orders.lettersTo(email);
  expect(others).toEqual([]);
  if (!letter) throw new Error('there is no letter');
  expect(letter.to).toBe(email);
  expect(letter.html).toContain(`<html lang="${language}">`);
  return letter;
}

const refund = (amount: number, done: boolean, ofOrder = true) => ({ key: KEY, amount, ofOrder, done });
const TICKET = {
  ...SNEAKERS,
  name: 'Concert',
  quantity: 1_000,
  usedOn: '2126-11-21T16:00:00.000Z',
};

interface Case {
  what: Happened;
  order: object;
  told?: object;
  subject: Record<Language, string>;
  says: Record<Language, string[]>;
}

const CASES: Record<string, Case> = {
  'confirmed, goods': {
    what: 'confirmed',
    order: {},
    subject: { en: 'Your order is confirmed: 1000-001A', ko: '주문이 확정되었습니다: 1000-001A' },
    says: {
      en: [`- ${SNEAKERS.name} × 2: ₩24,000\n`, 'Paid: ₩24,000\n', 'We are preparing your goods'],
      ko: [`- ${SNEAKERS.name} × 2: 24,000원\n`, '결제 금액: 24,000원\n', '상품을 준비하고 있습니다.'],
    },
  },
  'confirmed, a ticket': {
    what: 'confirmed',
    order: { lines: [TICKET] },
    subject: { en: 'Your order is confirmed: 1000-001A', ko: '주문이 확정되었습니다: 1000-001A' },
    says: {
      en: ['- Concert × 1,000: ₩24,000 (for Friday, 22 November 2126)\n', 'Tickets are not shipped.'],
      ko: ['- Concert × 1,000: 24,000원 (사용일: 2126년 11월 22일 금요일)\n', '티켓은 배송되지 않습니다.'],
    },
  },
  expired: {
    what: 'expired',
    order: { status: 'EXPIRED', paid: false },
    subject: {
      en: 'Your order was not paid in time: 1000-001A',
      ko: '결제 기한이 지나 주문이 만료되었습니다: 1000-001A',
    },
    says: {
      en: [
        'by Thursday, 21 November 2126 at 20:00, Korean time (UTC+9)',
        'no longer held for you',
        'You were not charged. Should a payment still arrive, it will be refunded in full.',
      ],
      ko: [
        '결제 기한: 2126년 11월 21일 목요일 오후 8:00 (한국 시간)',
        '수량은 해제되었습니다',
        '결제된 금액은 없습니다. 나중에 결제가 확인되더라도 전액 환불해 드립니다.',
      ],
    },
  },
  'expired, and paid after all': {
    what: 'expired',
    order: { status: 'EXPIRED', paid: false, refunds: [refund(24_000, false, false)] },
    subject: {
      en: 'Your order was not paid in time: 1000-001A',
      ko: '결제 기한이 지나 주문이 만료되었습니다: 1000-001A',
    },
    says: {
      en: ['₩24,000 will be refunded. We will write again when it is.'],
      ko: ['24,000원을 환불해 드립니다. 환불이 완료되면 메일로 다시 알려 드리겠습니다.'],
    },
  },
  'cancelled by its buyer, unpaid': {
    what: 'cancelled',
    order: { status: 'CANCELLED', paid: false, cancelledFor: 'BUYER' },
    subject: { en: 'Your order was cancelled: 1000-001A', ko: '주문이 취소되었습니다: 1000-001A' },
    says: {
      en: ['as you asked', 'You were not charged.'],
      ko: ['요청하신 대로', '결제된 금액은 없습니다.'],
    },
  },
  'cancelled by an operator, a part goes back': {
    what: 'cancelled',
    order: { status: 'REFUNDING', cancelledFor: 'OPERATOR', refunds: [refund(12_000, false)] },
    subject: { en: 'Your order was cancelled: 1000-001A', ko: '주문이 취소되었습니다: 1000-001A' },
    says: {
      en: [
        'An operator',
        'Of the ₩24,000 that you paid, the refund policy gives back a part.',
        '₩12,000 will be refunded.',
      ],
      ko: [
        '운영자가',
        '결제하신 24,000원은 환불 규정에 따라 일부만 환불됩니다.',
        '12,000원을 환불해 드립니다',
      ],
    },
  },
  'cancelled for want of units, all is back': {
    what: 'cancelled',
    order: { status: 'CANCELLED', cancelledFor: 'NO_UNITS_LEFT', refunds: [refund(24_000, true)] },
    subject: { en: 'Your order was cancelled: 1000-001A', ko: '주문이 취소되었습니다: 1000-001A' },
    says: {
      en: ['no units were left', '₩24,000 has been refunded.'],
      ko: ['수량이 남아 있지 않아', '24,000원을 환불해 드렸습니다.'],
    },
  },
  'cancelled in somebody’s words': {
    what: 'cancelled',
    order: { status: 'REFUNDED', cancelledFor: 'STATED', refunds: [refund(24_000, true)] },
    subject: { en: 'Your order was cancelled: 1000-001A', ko: '주문이 취소되었습니다: 1000-001A' },
    says: {
      en: ['Your order has been cancelled.', '₩24,000 has been refunded.'],
      ko: ['주문이 취소되었습니다.', '24,000원을 환불해 드렸습니다.'],
    },
  },
  refunded: {
    what: 'refunded',
    order: { status: 'REFUNDED', refunds: [refund(12_000, true)] },
    told: { amount: 12_000 },
    subject: { en: 'Your refund is done: 1000-001A', ko: '환불이 완료되었습니다: 1000-001A' },
    says: { en: ['We have refunded ₩12,000 to you.'], ko: ['12,000원을 환불해 드렸습니다.'] },
  },
  'refunded, what was paid twice': {
    what: 'refunded',
    order: { refunds: [refund(24_000, true, false)] },
    subject: { en: 'Your refund is done: 1000-001A', ko: '환불이 완료되었습니다: 1000-001A' },
    says: {
      en: ['not used for the order.', 'The order itself stays as it is.'],
      ko: ['주문에 사용되지 않은 결제 금액을 환불해 드렸습니다.', '주문 상태는 바뀌지 않습니다.'],
    },
  },
  shipped: {
    what: 'shipped',
    order: { status: 'SHIPPED', delivery: PARCEL, lines: [SNEAKERS, TICKET] },
    told: PARCEL,
    subject: { en: 'Your order is on its way: 1000-001A', ko: '상품이 발송되었습니다: 1000-001A' },
    says: {
      en: ['- Carrier: CJ대한통운\n- Tracking number: 6072-1\n'],
      ko: ['- 택배사: CJ대한통운\n- 운송장 번호: 6072-1\n'],
    },
  },
  'shipped, and corrected': {
    what: 'shipped',
    order: { status: 'SHIPPED', delivery: { ...PARCEL, revision: 2 } },
    told: { ...PARCEL, revision: 2 },
    subject: {
      en: 'Your tracking details have been corrected: 1000-001A',
      ko: '배송 정보가 정정되었습니다: 1000-001A',
    },
    says: {
      en: ['is on its way', 'has been corrected', '- Tracking number: 6072-1\n'],
      ko: ['발송되었으며', '정정되었습니다', '- 운송장 번호: 6072-1\n'],
    },
  },
};

const TOLD = Object.entries(CASES).flatMap(([name, told]) =>
  (['en', 'ko'] as const).map((language) => ({ name, language, ...told })),
);

test.each(TOLD)('$name, in $language', async ({ language, what, order, told, subject, says }) => {
  const letter = await letterOf(language, what, order, told);
  expect(letter.subject).toBe(subject[language]);
  expect(letter.text).toContain('1000-001A');
  for (const part of says[language]) expect(letter.text).toContain(part);
  for (const part of says[language === 'en' ? 'ko' : 'en']) expect(letter.text).not.toContain(part);
});

test('what is delivered already is not being prepared, and no ticket travels with a parcel', async () => {
  const confirmed = await letterOf('en', 'confirmed', { status: 'DELIVERED' });
  expect(confirmed.text).not.toContain('preparing');
  const shipped = await letterOf(
    'en',
    'shipped',
    { status: 'SHIPPED', delivery: PARCEL, lines: [SNEAKERS, TICKET] },
    PARCEL,
  );
  expect(shipped.text).toContain(SNEAKERS.name);
  expect(shipped.text).not.toContain(TICKET.name);
});

test('a refund of an order that has ended says nothing of one that goes on', async () => {
  const { text } = await letterOf('en', 'refunded', {
    status: 'EXPIRED',
    refunds: [refund(24_000, true, false)],
  });
  expect(text).toContain('not used for the order.');
  expect(text).not.toContain('stays as it is');
});

test('a name or a number that a seller wrote makes no markup and no line of its own', async () => {
  const parcel = { carrier: 'CJ\r\n<script>', trackingNumber: '1\n- 2\u2028<b>', revision: 1 };
  const line = { ...SNEAKERS, name: 'Shoe\nBcc: x@example.com\u202e<img src=x>' };
  const order = { status: 'SHIPPED', delivery: parcel, lines: [line] };
  const { subject, text, html } = await letterOf('ko', 'shipped', order, parcel);
  expect(subject).toBe('상품이 발송되었습니다: 1000-001A');
  expect(text).toContain('- Shoe Bcc: x@example.com <img src=x> × 2: 24,000원\n');
  expect(text).toContain('- 택배사: CJ <script>\n- 운송장 번호: 1 - 2 <b>\n');
  expect(html).toContain('<li>Shoe Bcc: x@example.com &lt;img src=x&gt; × 2: 24,000원</li>');
  expect(html).toContain('<li>택배사: CJ &lt;script&gt;</li><li>운송장 번호: 1 - 2 &lt;b&gt;</li>');
  expect(html).not.toMatch(/<(b|img|script)\b/);
});

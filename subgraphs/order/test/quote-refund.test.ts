import { describe, expect, test } from '@jest/globals';
import { quoteRefund } from '../src/refund/quote-refund.js';

type Policy = Parameters<typeof quoteRefund>[0][number]['refund_policy'];

const line = (refund_policy: Policy, unit_price = 10_000, quantity = 1) => ({
  unit_price,
  quantity,
  refund_policy,
});

describe('without a day of use', () => {
  test.each([[[]], [[{ daysBefore: 3, percent: 50 }]]])(
    'all of it goes back, whatever the tiers: %j',
    (tiers) => {
      expect(quoteRefund([line({ usedOn: null, tiers })], new Date())).toBe(10_000);
    },
  );
});

describe('for a ticket', () => {
  // Admission at 19:00 on 10 May in Seoul; the tiers stand in no order.
  const ticket: Policy = {
    usedOn: '2026-05-10T10:00:00Z',
    tiers: [
      { daysBefore: 3, percent: 50 },
      { daysBefore: 10, percent: 100 },
      { daysBefore: 1, percent: 10 },
    ],
  };

  test.each([
    ['weeks before', '2026-04-01T00:00:00Z', 10_000],
    ['on the last moment of the tenth day before, in Seoul', '2026-04-30T14:59:59.999Z', 10_000],
    ['a millisecond later, when nine days are left in Seoul', '2026-04-30T15:00:00Z', 5_000],
    ['on the third day before', '2026-05-06T15:00:00Z', 5_000],
    ['on the second', '2026-05-07T15:00:00Z', 1_000],
    ['on the last moment of the day before', '2026-05-09T14:59:59.999Z', 1_000],
    ['at the first moment of the day, hours before admission', '2026-05-09T15:00:00Z', 0],
    ['after the day', '2026-06-01T00:00:00Z', 0],
  ])('cancelled %s', (_, now, refund) => {
    expect(quoteRefund([line(ticket)], new Date(now))).toBe(refund);
  });

  test('the day is Seoul’s, though it is still the day before in UTC', () => {
    const early: Policy = { usedOn: '2026-05-09T15:30:00Z', tiers: [{ daysBefore: 1, percent: 80 }] };
    expect(quoteRefund([line(early)], new Date('2026-05-09T14:59:00Z'))).toBe(8_000);
    expect(quoteRefund([line(early)], new Date('2026-05-09T15:00:00Z'))).toBe(0);
  });

  test('a tier of no days holds on the day itself', () => {
    const tiers = [{ daysBefore: 0, percent: 30 }];
    const onTheDay = new Date('2026-05-10T14:59:59Z');
    expect(quoteRefund([line({ ...ticket, tiers })], onTheDay)).toBe(3_000);
    expect(quoteRefund([line({ ...ticket, tiers })], new Date('2026-05-10T15:00:00Z'))).toBe(0);
  });

  test('without tiers nothing goes back', () => {
    expect(quoteRefund([line({ ...ticket, tiers: [] })], new Date('2026-01-01T00:00:00Z'))).toBe(0);
  });
});

test('a won is never halved: each line is rounded down as a whole', () => {
  const third: Policy = { usedOn: '2026-05-10T10:00:00Z', tiers: [{ daysBefore: 0, percent: 33 }] };
  const now = new Date('2026-05-01T00:00:00Z');
  // 33 % of 101 is 33.33, of three times 101 is 99.99.
  expect(quoteRefund([line(third, 101)], now)).toBe(33);
  expect(quoteRefund([line(third, 101, 3)], now)).toBe(99);
  expect(quoteRefund([line(third, 101), line(third, 101), line(third, 101)], now)).toBe(99);
});

test('each line goes by its own policy', () => {
  const gone: Policy = { usedOn: '2026-05-10T10:00:00Z', tiers: [{ daysBefore: 10, percent: 100 }] };
  const parcel: Policy = { usedOn: null, tiers: [] };
  expect(quoteRefund([line(gone), line(parcel, 700, 2)], new Date('2026-05-09T00:00:00Z'))).toBe(1_400);
  expect(quoteRefund([], new Date())).toBe(0);
});

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { OrderStatus } from '../src/order-status.js';
import { dayOf } from '../src/refund/calendar.js';
import { quoteOrder, quoteRefund, quoteShares } from '../src/refund/quote-refund.js';

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

  test('so too where a line says nothing of a day', () => {
    expect(quoteRefund([line({ tiers: [] } as never)], new Date())).toBe(10_000);
  });
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

  test('of the tiers that are still reached the best applies, so that waiting never pays', () => {
    const tiers = [
      { daysBefore: 10, percent: 20 },
      { daysBefore: 3, percent: 90 },
    ];
    for (const now of ['2026-04-01T00:00:00Z', '2026-05-07T14:59:59Z']) {
      expect(quoteRefund([line({ ...ticket, tiers })], new Date(now))).toBe(9_000);
    }
    expect(quoteRefund([line({ ...ticket, tiers })], new Date('2026-05-07T15:00:00Z'))).toBe(0);
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

test('by seller, the shares are of the seller’s own lines, and add up to the quote', () => {
  const third: Policy = { usedOn: '2026-05-10T10:00:00Z', tiers: [{ daysBefore: 0, percent: 33 }] };
  const gone: Policy = { usedOn: '2026-05-10T10:00:00Z', tiers: [{ daysBefore: 10, percent: 100 }] };
  const now = new Date('2026-05-09T00:00:00Z');
  const lines = [
    { ...line(third, 101), seller_id: 'a' },
    { ...line(third, 500), seller_id: 'b' },
    { ...line(gone), seller_id: 'c' },
    { ...line(third, 101), seller_id: 'a' },
  ];
  expect(quoteShares(lines, now)).toEqual([
    { sellerId: 'a', amount: 66 },
    { sellerId: 'b', amount: 165 },
  ]);
  expect(quoteRefund(lines, now)).toBe(66 + 165);
});

test('the dearest basket is counted to the won', () => {
  const most: Policy = { usedOn: '2026-05-10T10:00:00Z', tiers: [{ daysBefore: 0, percent: 99 }] };
  // 99 times this is over what a number holds exactly.
  const dearest = line(most, 99_999_999_999, 999);
  expect(quoteRefund([dearest], new Date('2026-05-01T00:00:00Z'))).toBe(98_900_999_999_010);
});

test('what goes back of an order, by its status', () => {
  const half: Policy = { usedOn: '2026-05-10T10:00:00Z', tiers: [{ daysBefore: 0, percent: 50 }] };
  const quotes = Object.values(OrderStatus).map((status) => [
    status,
    quoteOrder({ status, total: 10_000 }, [line(half)], new Date('2026-05-01T00:00:00Z')),
  ]);
  expect(Object.fromEntries(quotes)).toEqual({
    PENDING_PAYMENT: 0,
    PAID: 10_000,
    CONFIRMED: 5_000,
    PREPARING: 5_000,
    SHIPPED: 0,
    DELIVERED: 0,
    EXPIRED: 0,
    CANCELLED: 0,
    REFUNDING: 0,
    REFUNDED: 0,
  });
});

describe('days are those of the sale’s time zone', () => {
  // The last instant at which a tier of so many days before is reached: a millisecond later it is not.
  test.each<[zone: string | undefined, usedOn: string, daysBefore: number, last: string]>([
    [undefined, '2026-05-10T10:00:00Z', 3, '2026-05-07T14:59:59.999Z'],
    ['UTC', '2026-05-10T10:00:00Z', 3, '2026-05-07T23:59:59.999Z'],
    // On 29 March clocks go forward there, on 25 October back: days of 23 and of 25 hours.
    ['Europe/London', '2026-03-30T19:00:00Z', 1, '2026-03-29T22:59:59.999Z'],
    ['Europe/London', '2026-03-30T19:00:00Z', 2, '2026-03-28T23:59:59.999Z'],
    ['Europe/London', '2026-10-26T19:00:00Z', 1, '2026-10-25T23:59:59.999Z'],
    ['Europe/London', '2026-10-26T19:00:00Z', 2, '2026-10-24T22:59:59.999Z'],
    // After 20:00 in summer it is the next day in UTC.
    ['America/New_York', '2026-07-05T00:30:00Z', 1, '2026-07-04T03:59:59.999Z'],
    ['America/New_York', '2026-11-02T00:30:00Z', 0, '2026-11-02T04:59:59.999Z'],
    // Half an hour of summer time, and a zone of three quarters.
    ['Australia/Lord_Howe', '2026-10-05T00:00:00Z', 1, '2026-10-04T12:59:59.999Z'],
    ['Asia/Kathmandu', '2026-05-10T10:00:00Z', 1, '2026-05-09T18:14:59.999Z'],
    // Where midnight itself is left out as clocks go forward.
    ['Africa/Cairo', '2024-04-26T10:00:00Z', 1, '2024-04-25T21:59:59.999Z'],
    // As early as it gets, and as late.
    ['Pacific/Kiritimati', '2026-05-10T10:00:00Z', 0, '2026-05-11T09:59:59.999Z'],
    ['Pacific/Kiritimati', '2026-05-10T09:59:59.999Z', 0, '2026-05-10T09:59:59.999Z'],
    ['Etc/GMT+12', '2026-05-10T10:00:00Z', 0, '2026-05-10T11:59:59.999Z'],
    // Samoa went over the date line, and had no 30 December 2011.
    ['Pacific/Apia', '2011-12-31T20:00:00Z', 2, '2011-12-30T09:59:59.999Z'],
    ['Pacific/Apia', '2011-12-31T20:00:00Z', 1, '2011-12-31T09:59:59.999Z'],
    // From the first instant of the day of use on, hours before it.
    ['Asia/Seoul', '2026-05-09T15:00:00Z', 1, '2026-05-09T14:59:59.999Z'],
    ['Asia/Seoul', '2026-05-09T14:59:59.999Z', 1, '2026-05-08T14:59:59.999Z'],
  ])('in %s, for %s, the tier of %i until %s', (timeZone, usedOn, daysBefore, last) => {
    const tiers = [{ daysBefore, percent: 100 }];
    const ticket = line({ usedOn, tiers, ...(timeZone !== undefined && { timeZone }) });
    const at = new Date(last).getTime();
    const quotes = [at - 1, at, at + 1].map((instant) => quoteRefund([ticket], new Date(instant)));
    expect(quotes).toEqual([10_000, 10_000, 0]);
  });
});

const ZONES = [...Intl.supportedValuesOf('timeZone'), 'Etc/GMT-14', 'Etc/GMT+12', 'UTC'];
const anyZone = fc.constantFrom(...ZONES);
const LAST = new Date('2099-12-31T23:59:59Z');
const instantFrom = (year: number) =>
  fc.date({ min: new Date(Date.UTC(year, 0)), max: LAST, noInvalidDate: true });

/** The day by what clocks are ahead of UTC by, asked for anew: nothing in common with a calendar that is kept. */
function dayByOffset(instant: Date, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone, timeZoneName: 'longOffset' }).formatToParts(
    instant,
  );
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const [, sign, hours, minutes, seconds = '0'] =
    /^GMT(?:([+-])(\d\d):(\d\d)(?::(\d\d))?)?$/.exec(name) ?? [];
  const ahead = sign === undefined ? 0 : Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
  return Math.floor((instant.getTime() + (sign === '-' ? -ahead : ahead) * 1_000) / 86_400_000);
}

test('a day is the same by the calendar and by the clocks, in every zone and at every time', () => {
  fc.assert(
    fc.property(
      anyZone,
      instantFrom(2_000),
      (zone, instant) => dayOf(instant, zone) === dayByOffset(instant, zone),
    ),
    { numRuns: 500 },
  );
});

test('what goes back is the best tier’s share, to the won, and never more later on', () => {
  const tier = fc.record({
    daysBefore: fc.integer({ min: 0, max: 40 }),
    percent: fc.integer({ min: 0, max: 100 }),
  });
  const basket = fc.array(
    fc.record({
      unit_price: fc.integer({ min: 100, max: 100_000_000_000 }),
      quantity: fc.integer({ min: 1, max: 1_000 }),
      daysAhead: fc.double({ min: -5, max: 45, noNaN: true }),
      tiers: fc.array(tier, { maxLength: 5 }),
      timeZone: anyZone,
      isTicket: fc.boolean(),
    }),
    { minLength: 1, maxLength: 3 },
  );
  // Until 2011 clocks in Newfoundland were put back over midnight: a day began, and began again.
  const goingForward = instantFrom(2_012);
  fc.assert(
    fc.property(basket, goingForward, fc.integer({ min: 0, max: 90 * 3_600_000 }), (items, now, later) => {
      const lines = items.map(({ isTicket, daysAhead, unit_price, quantity, tiers, timeZone }) => {
        const usedOn = isTicket ? new Date(now.getTime() + daysAhead * 86_400_000).toISOString() : null;
        return line({ usedOn, tiers, timeZone }, unit_price, quantity);
      });
      const expected = lines.reduce((sum, { unit_price, quantity, refund_policy }) => {
        const { usedOn, tiers, timeZone = '' } = refund_policy;
        const left =
          usedOn === null ? 0 : dayByOffset(new Date(usedOn), timeZone) - dayByOffset(now, timeZone);
        const percents = tiers.flatMap(({ daysBefore, percent }) => (left >= daysBefore ? [percent] : []));
        const percent = usedOn === null ? 100 : Math.max(0, ...percents);
        return sum + (BigInt(unit_price) * BigInt(quantity) * BigInt(percent)) / 100n;
      }, 0n);
      const quote = quoteRefund(lines, now);
      expect(BigInt(quote)).toBe(expected);
      expect(quoteRefund(lines, new Date(now.getTime() + later))).toBeLessThanOrEqual(quote);
    }),
    { numRuns: 300 },
  );
});

import { expect, test } from '@jest/globals';
import { SalePhase } from '@stampede/shared/graphql';
import type { SaleSettings } from '@stampede/shared/inventory';
import { isLongOver, nextPhaseChange, phaseOf } from '../src/stock/phase.js';

const OPENS = Date.parse('2026-03-01T03:00:00.000Z');
const CLOSES = Date.parse('2026-03-01T04:00:00.000Z');
const sale = (change: Partial<SaleSettings> = {}): SaleSettings => ({
  version: 1,
  opensAt: OPENS,
  closesAt: CLOSES,
  limitPerBuyer: 1,
  holdMinutes: 30,
  paused: false,
  termsVersion: 1,
  total: 10,
  ...change,
});

test.each<[string, number, number, Partial<SaleSettings>, SalePhase]>([
  ['a millisecond before it opens', OPENS - 1, 10, {}, SalePhase.SCHEDULED],
  ['the millisecond in which it opens', OPENS, 10, {}, SalePhase.OPEN],
  ['its last unit', OPENS, 1, {}, SalePhase.OPEN],
  ['no unit available', OPENS, 0, {}, SalePhase.SOLD_OUT],
  ['fewer than none, in a repair', OPENS, -1, {}, SalePhase.SOLD_OUT],
  ['the millisecond before it closes', CLOSES - 1, 10, {}, SalePhase.OPEN],
  ['the millisecond before it closes, sold out', CLOSES - 1, 0, {}, SalePhase.SOLD_OUT],
  ['the millisecond in which it closes', CLOSES, 10, {}, SalePhase.CLOSED],
  ['long after, and sold out', CLOSES + 1e9, 0, {}, SalePhase.CLOSED],
  ['no end', CLOSES + 1e12, 10, { closesAt: null }, SalePhase.OPEN],
  ['a pause', OPENS, 10, { paused: true }, SalePhase.PAUSED],
  ['a pause, sold out', OPENS, 0, { paused: true }, SalePhase.PAUSED],
  ['a pause before it opens', OPENS - 1, 10, { paused: true }, SalePhase.SCHEDULED],
  ['a close before it opened', OPENS - 2, 10, { closesAt: OPENS - 3 }, SalePhase.CLOSED],
  ['the instant of its opening, closed before', OPENS, 10, { closesAt: OPENS - 3 }, SalePhase.CLOSED],
  [
    'a close before it opened that is still to come',
    OPENS - 4,
    10,
    { closesAt: OPENS - 3 },
    SalePhase.SCHEDULED,
  ],
  ['a pause that it closed in', CLOSES, 10, { paused: true }, SalePhase.CLOSED],
])('%s', (_, now, available, change, phase) => {
  expect(phaseOf(sale(change), available, now)).toBe(phase);
});

test.each<[string, number, Partial<SaleSettings>, number | undefined]>([
  ['before it opens', OPENS - 1, {}, OPENS],
  ['as it opens', OPENS, {}, CLOSES],
  ['as it closes', CLOSES, {}, undefined],
  ['while it has no end', OPENS, { closesAt: null }, undefined],
  ['before it opens without an end', OPENS - 1, { closesAt: null }, OPENS],
  ['after it was closed before it opens', OPENS - 1, { closesAt: OPENS - 2 }, undefined],
  ['before it is closed before it opens', OPENS - 3, { closesAt: OPENS - 2 }, OPENS - 2],
])('the clock moves a sale next, %s', (_, now, change, at) => {
  expect(nextPhaseChange(sale(change), now)).toBe(at);
});

test.each<[string, number, number | null, boolean]>([
  ['a day after it closed', CLOSES + 24 * 60 * 60 * 1_000, CLOSES, true],
  ['a moment before that', CLOSES + 24 * 60 * 60 * 1_000 - 1, CLOSES, false],
  ['when it never closes', Number.MAX_SAFE_INTEGER, null, false],
])('nothing is held of a sale any more %s: %s', (_, clock, closesAt, isOver) => {
  expect(isLongOver({ settings: sale({ closesAt }), clock })).toBe(isOver);
});

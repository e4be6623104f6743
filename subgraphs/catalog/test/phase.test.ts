import { expect, test } from '@jest/globals';
import { SalePhase } from '@stampede/shared/graphql';
import type { SaleSettings } from '@stampede/shared/inventory';
import { phaseOf } from '../src/stock/phase.js';

const OPENS = Date.parse('2026-03-01T03:00:00.000Z');
const CLOSES = Date.parse('2026-03-01T04:00:00.000Z');
const sale = (change: Partial<SaleSettings> = {}): SaleSettings => ({
  version: 1,
  opensAt: OPENS,
  closesAt: CLOSES,
  limitPerBuyer: 1,
  holdMinutes: 30,
  paused: false,
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
  ['a pause that it closed in', CLOSES, 10, { paused: true }, SalePhase.CLOSED],
])('%s', (_, now, available, change, phase) => {
  expect(phaseOf(sale(change), available, now)).toBe(phase);
});

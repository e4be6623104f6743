import type { Check } from '../judging/check.js';

/** What must be reached of a pace: below it, what was measured is less than was asked for. */
export const REACHED = 0.9;

/** Whether the load was put on at all: what is not sent in its time is not sent. */
export const checkMade = (wanted: number, made: number): Check => ({
  claim: 'checkouts that were not made, beyond one of ten',
  wanted: 0,
  found: Math.max(0, Math.ceil(wanted * REACHED) - made),
});

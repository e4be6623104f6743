import type { Kind } from './kinds.js';
import type { Rate } from './gcra.js';

const rate = (perSecond: number, burst: number): Rate => ({ perSecond, burst });

/** Of one account on one gateway process: more than a person does on several devices, less than what hurts others. */
export const USUAL_PER_ACCOUNT: Record<Kind, Rate> = {
  'sign-in': rate(2, 50),
  'social-sign-in': rate(1, 20),
  checkout: rate(20, 200),
  payment: rate(20, 200),
  mutation: rate(300, 1_000),
  export: rate(0.1, 10),
  read: rate(1_000, 2_000),
  subscription: rate(100, 1_000),
  document: rate(100, 5_000),
};

/**
 * Of everybody behind one address who is not signed in. A carrier puts thousands of people behind one, who come in the
 * same second, for the opening of a sale, or after a restart: they read, subscribe, and refresh their sessions.
 */
export const USUAL_PER_ADDRESS: Record<Kind, Rate> = {
  'sign-in': rate(20, 300),
  'social-sign-in': rate(10, 100),
  checkout: rate(100, 1_000),
  payment: rate(100, 1_000),
  mutation: rate(200, 10_000),
  export: rate(1, 10),
  read: rate(5_000, 30_000),
  subscription: rate(5_000, 50_000),
  document: rate(200, 10_000),
};

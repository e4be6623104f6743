import { gcra, type Rate } from './gcra.js';

/** Counts one of something. @returns whether it may be */
export type Meter = (now: number) => boolean;

/** A limiter for what has a place of its own to be counted at. */
export function openMeter(rate: Rate): Meter {
  const terms = gcra(rate);
  let paidAt: number | undefined;
  return (now) => {
    const at = terms.paidAt(paidAt, 1, now);
    if (terms.waitMs(at, now) > 0) return false;
    paidAt = at;
    return true;
  };
}

import { percentilesOf, type Percentiles } from '../measure/percentiles.js';

/** The end of one hold, by the clock that the frames came by. */
export interface End {
  id: string;
  payBy: number;
}

/** From each hold's end to what was shown of it, in milliseconds. */
export interface Delays {
  times: Percentiles | null;
  /** What took a second or longer. */
  slow: number;
  /** What was never shown. */
  missed: number;
}

const SECOND_MS = 1_000;

/** To the moment at which its buyer saw it EXPIRED. */
export const delaysOfOrders = (ends: readonly End[], expiredAt: ReadonlyMap<string, number>): Delays =>
  delaysOf(
    ends.map(({ id, payBy }) => {
      const at = expiredAt.get(id);
      return at === undefined ? undefined : at - payBy;
    }),
  );

/**
 * To the first frame that shows as many units back as holds had ended by then: who watches cannot tell one unit from
 * another, and changes are merged to ten a second.
 */
export function delaysOfUnits(
  ends: readonly End[],
  shown: readonly { available: number; at: number }[],
  availableBefore: number,
): Delays {
  const payBys = ends.map(({ payBy }) => payBy).toSorted((a, b) => a - b);
  return delaysOf(
    payBys.map((payBy, index) => {
      const frame = shown.find(
        ({ available, at }) => at >= payBys[0]! && available > availableBefore + index,
      );
      return frame && frame.at - payBy;
    }),
  );
}

function delaysOf(each: readonly (number | undefined)[]): Delays {
  const known = each.filter((delay) => delay !== undefined);
  return {
    times: percentilesOf(known),
    slow: known.filter((delay) => delay >= SECOND_MS).length,
    missed: each.length - known.length,
  };
}

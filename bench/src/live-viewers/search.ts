import { REACHED } from '../checkouts/check-made.js';
import type { ShownChanges } from './show-changes.js';

/** One rate that was tried. */
export interface Step extends ShownChanges {
  holds: boolean;
}

/** Within which a change is to be shown to 99 of 100. */
export const SHOWN_WITHIN_MS = 500;
const MOST_PER_SECOND = 4_096;
/** The answer is as exact as that. */
const PRECISION = 1.1;

export const isHeld = ({ wantedPerSecond, perSecond, toEach, missed }: ShownChanges): boolean =>
  missed === 0 && perSecond >= wantedPerSecond * REACHED && toEach !== null && toEach.p99 < SHOWN_WITHIN_MS;

/** Doubles the changes a second until they are too many, then halves the distance. @returns each step, in order */
export async function search(
  from: number,
  tryRate: (perSecond: number) => Promise<ShownChanges>,
): Promise<Step[]> {
  const steps: Step[] = [];
  const holdsAt = async (perSecond: number) => {
    const shown = await tryRate(perSecond);
    const holds = isHeld(shown);
    steps.push({ ...shown, holds });
    return holds;
  };
  let good = 0;
  let bad = from;
  while (bad <= MOST_PER_SECOND && (await holdsAt(bad))) {
    good = bad;
    bad *= 2;
  }
  if (bad > MOST_PER_SECOND) return steps;
  while (bad - good > 1 && bad / Math.max(good, 1) > PRECISION) {
    const middle = Math.round((good + bad) / 2);
    if (await holdsAt(middle)) good = middle;
    else bad = middle;
  }
  return steps;
}

/** The most that held; null when none did. */
export const mostHeld = (steps: Step[]): number | null =>
  steps.reduce<number | null>(
    (most, { holds, wantedPerSecond }) => (holds ? Math.max(most ?? 0, wantedPerSecond) : most),
    null,
  );

import type { FieldProblem } from '@stampede/shared/errors';
import type { LockedRow, SettingsChange } from '../change-settings.js';

/** Longer than a change takes to be everywhere: nobody who sees the sale open has seen it under other terms. */
export const FREEZE_MS = 10_000;

const FROZEN = { price: 'price', limit_per_buyer: 'limitPerBuyer', hold_minutes: 'holdMinutes' } as const;

/**
 * What a patch may not change any more. Price, limit and hold stand still from 10 s before the sale opens, by the
 * opening that stands and by the one that the patch brings; so does the opening itself, by which they could be
 * freed again. Nor may the opening come sooner than 10 s after one of them changed, which as one patch it could not.
 * To keep a sale from opening in its last seconds there is pauseSale.
 *
 * @param now of the clock that opens sales, in ms, and never too early
 */
export function problemsOfFreeze(row: LockedRow, change: SettingsChange, now: number): FieldProblem[] {
  const standing = row.opens_at.getTime();
  const opening = Math.min(standing, change.opens_at?.getTime() ?? Infinity);
  const problems = Object.entries(FROZEN)
    .filter(([column]) => column in change && now >= opening - FREEZE_MS)
    .map(([, path]): FieldProblem => ({ path, message: frozenSince(opening) }));
  if (change.opens_at && now >= standing - FREEZE_MS) {
    problems.push({ path: 'opensAt', message: frozenSince(standing) });
  } else if (change.opens_at && row.frozen_changed_at) {
    const soonest = row.frozen_changed_at.getTime() + FREEZE_MS;
    // An opening that has come opens the sale now.
    if (Math.max(change.opens_at.getTime(), now) < soonest) {
      problems.push({ path: 'opensAt', message: notBefore(soonest) });
    }
  }
  return problems;
}

/** A change, with the instant of it if it changes what freezes. @param now as above */
export const dated = (change: SettingsChange, now: number): SettingsChange =>
  Object.keys(FROZEN).some((column) => column in change)
    ? { ...change, frozen_changed_at: new Date(now) }
    : change;

const notBefore = (soonest: number) =>
  `is not before ${new Date(soonest).toISOString()}, ${FREEZE_MS / 1_000} s after the price, limit or hold changed.`;

const frozenSince = (opening: number) =>
  `is frozen since ${new Date(opening - FREEZE_MS).toISOString()}, ${FREEZE_MS / 1_000} s before the sale opens.`;

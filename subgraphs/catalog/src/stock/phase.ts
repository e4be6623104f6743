import { SalePhase } from '@stampede/shared/graphql';
import type { SaleSettings } from '@stampede/shared/inventory';

/** Where a sale stands at `now` (Redis' clock, ms), in the order in which reserve.lua refuses. */
export function phaseOf(settings: SaleSettings, available: number, now: number): SalePhase {
  // Also of a sale that was closed before it opened.
  if (settings.closesAt !== null && now >= settings.closesAt) return SalePhase.CLOSED;
  if (now < settings.opensAt) return SalePhase.SCHEDULED;
  if (settings.paused) return SalePhase.PAUSED;
  return available > 0 ? SalePhase.OPEN : SalePhase.SOLD_OUT;
}

const DAY_MS = 24 * 60 * 60 * 1_000;

/** Whether a sale has been over for so long that nothing of it is held any more: a hold lasts for a day at most. */
export const isLongOver = ({ settings, clock }: { settings: SaleSettings; clock: number }): boolean =>
  settings.closesAt !== null && settings.closesAt <= clock - DAY_MS;

/** When the clock alone moves a sale into its next phase (Redis' clock, ms); undefined: never again. */
export function nextPhaseChange({ opensAt, closesAt }: SaleSettings, now: number): number | undefined {
  if (closesAt !== null && now >= closesAt) return undefined;
  if (now >= opensAt) return closesAt ?? undefined;
  return Math.min(opensAt, closesAt ?? Infinity);
}

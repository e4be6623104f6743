import { SalePhase } from '@stampede/shared/graphql';
import type { SaleSettings } from '@stampede/shared/inventory';

/** Where a sale stands at `now` (Redis' clock, ms), in the order in which reserve.lua refuses. */
export function phaseOf(settings: SaleSettings, available: number, now: number): SalePhase {
  if (now < settings.opensAt) return SalePhase.SCHEDULED;
  if (settings.closesAt !== null && now >= settings.closesAt) return SalePhase.CLOSED;
  if (settings.paused) return SalePhase.PAUSED;
  return available > 0 ? SalePhase.OPEN : SalePhase.SOLD_OUT;
}

/** When the clock alone moves a sale into its next phase (Redis' clock, ms); undefined: never again. */
export const nextPhaseChange = ({ opensAt, closesAt }: SaleSettings, now: number): number | undefined =>
  [opensAt, closesAt].find((at): at is number => at !== null && at > now);

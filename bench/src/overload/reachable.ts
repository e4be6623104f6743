import type { Floor } from '../floor/measure-floor.js';

/** What one request costs whoever sends it and whoever does no more than read it, of all processors, in seconds. */
export function costOfReading(
  { generatorMicroseconds, serverMicroseconds, perSecond }: Floor,
  processors: number,
): number {
  // Where CPU time is not told: two processors were busy for as long.
  if (generatorMicroseconds === null || serverMicroseconds === null) return 1 / perSecond;
  return (generatorMicroseconds + serverMicroseconds) / 1e6 / processors;
}

/**
 * Decisions a second that a machine can still make while so many more requests come that are only read and refused:
 * those who come run on the same processors, so that what they take is nobody's to decide with.
 *
 * @param best what it decides a second when nobody comes in vain
 */
export const reachable = (best: number, besides: number, cost: number): number =>
  best * Math.max(0, 1 - besides * cost);

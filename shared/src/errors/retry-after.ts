const LEAST_MS = 1_000;
const MOST_MS = 30_000;

/**
 * When to come again, in whole milliseconds: a second when little is refused; with twice as many refused as done, three.
 * Spread from half to one and a half of it: who was refused together would come again together.
 *
 * @param refusedPerDone how many are refused for each that is done; @param random from 0 to 1.
 */
export function retryAfterMs(refusedPerDone = 0, random: number = Math.random()): number {
  const middle = Math.min(MOST_MS, LEAST_MS * (1 + refusedPerDone));
  return Math.round(middle * (0.5 + random));
}

import { readFileSync } from 'node:fs';
import type { Discovered } from './discover.js';
import { lineOf, type CrashingService } from './point.js';
import type { JourneyName } from './sale/all-journeys.js';

/** Made by `npm run --silent faults -- crashes --list > faults/crash-points.txt`. */
const LIST = new URL('../../crash-points.txt', import.meta.url);

/** A line of the list: the point, and the journey that passes it. */
export const listedAs = (point: Discovered): string => `${lineOf(point)} ${point.journey}`;

/** The points that are known to be passed. */
export const readListed = (): Discovered[] =>
  readFileSync(LIST, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const [service = '', name = '', journey = ''] = line.split(' ');
      return { service: service as CrashingService, name, journey: journey as JourneyName };
    });

/** What the list has and a run of the sale has not, or the other way round: a line each, for people. */
export function compareWithList(found: readonly Discovered[], listed: readonly Discovered[]): string[] {
  const foundLines = new Set(found.map(lineOf));
  const listedLines = new Set(listed.map(lineOf));
  return [
    ...[...listedLines]
      .filter((line) => !foundLines.has(line))
      .map((line) => `${line}: listed, and not passed`),
    ...[...foundLines]
      .filter((line) => !listedLines.has(line))
      .map((line) => `${line}: passed, and not listed`),
  ];
}

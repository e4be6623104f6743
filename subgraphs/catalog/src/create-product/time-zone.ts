/** `Area/City`; what has no area is an offset or an abbreviation, of which several places use the same. */
const OF_AN_AREA = /^(?!SystemV\/)[A-Z][A-Z0-9_+-]*(?:\/[A-Z0-9_+-]+)+$/i;

/** In descriptions of the API. */
export const TIME_ZONE_RULE = 'a name of the IANA time zone database, such as Asia/Seoul, or UTC';

/**
 * A time zone's one name: in the database's own letters, and the same for all names that a zone has.
 *
 * @returns undefined for what names none: also an offset, such as +09:00, that knows of no summer time.
 */
export function timeZoneOf(name: string): string | undefined {
  if (!OF_AN_AREA.test(name) && name.toUpperCase() !== 'UTC') return undefined;
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone;
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

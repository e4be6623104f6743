const DAY_MS = 24 * 60 * 60 * 1_000;

/** To make one takes thousands of times as long as to ask it; zones are a few hundred at most. */
const calendars = new Map<string, Intl.DateTimeFormat>();

/**
 * The day that an instant falls on where the clocks go by a zone, counted from 1 January 1970: two of them differ by
 * the leaves of the calendar between them, however long these days are and whichever of them a country has left out.
 *
 * @param timeZone an IANA name.
 * @throws RangeError for one that is not known.
 */
export function dayOf(instant: Date, timeZone: string): number {
  const { year, month, day } = Object.fromEntries(
    calendarOf(timeZone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  ) as Record<'year' | 'month' | 'day', number>;
  return Date.UTC(year, month - 1, day) / DAY_MS;
}

function calendarOf(timeZone: string): Intl.DateTimeFormat {
  const known = calendars.get(timeZone);
  if (known) return known;
  const calendar = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
  });
  calendars.set(timeZone, calendar);
  return calendar;
}

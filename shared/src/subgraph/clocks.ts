/** What a server's clock said, seen from here: milliseconds since 1970, and how wrong that may be. */
export interface ClockReading {
  /** Of the server's clock, less this process' own: comparable between servers, of no use by itself. */
  offset: number;
  /** Half of the time that the answer took: it may have been written at any instant of it. */
  uncertainty: number;
}

/** @param ask gives the server's clock, in milliseconds since 1970. */
export async function readClock(ask: () => Promise<number>): Promise<ClockReading> {
  const sent = performance.now();
  const told = await ask();
  const answered = performance.now();
  return { offset: told - (sent + answered) / 2, uncertainty: (answered - sent) / 2 };
}

/** How far `a` is ahead of `b` for certain: slow answers make it less certain, never more different. */
export function certainlyAhead(a: ClockReading, b: ClockReading): number {
  const ahead = a.offset - b.offset;
  return Math.sign(ahead) * Math.max(0, Math.abs(ahead) - a.uncertainty - b.uncertainty);
}

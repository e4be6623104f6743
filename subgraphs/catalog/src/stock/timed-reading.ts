import type { StockReading } from '@stampede/shared/inventory';

/** Stock as of `asOf`; its sale's phase goes by `clock`. Both are milliseconds since 1970. */
export type TimedReading = Pick<
  StockReading,
  'total' | 'available' | 'held' | 'sold' | 'settings' | 'asOf'
> & { clock: number };

/** A reading of Redis: its sale goes by the clock that gave it its time. */
export const timed = (reading: StockReading): TimedReading => ({ ...reading, clock: reading.asOf });

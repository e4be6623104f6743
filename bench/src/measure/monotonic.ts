import { hrtime } from 'node:process';

/** Milliseconds of the system's monotonic clock, which all processes of a machine have in common. */
export const monotonicMs = (): number => Number(hrtime.bigint()) / 1e6;

import { hrtime } from 'node:process';

/** By how much this process' `performance.now()`, which counts from its start, is behind the system's clock. */
const [seconds, nanoseconds] = hrtime();
const ahead = seconds * 1_000 + nanoseconds / 1e6 - performance.now();

/** Milliseconds of the system's monotonic clock, which all processes of a machine have in common. */
export const monotonicMs = (): number => performance.now() + ahead;

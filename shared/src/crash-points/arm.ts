import { appendFileSync } from 'node:fs';
import { onCrashPoint, type CrashPoint } from './crash-point.js';

/** As the settings of a process have it. */
export interface CrashSettings {
  /** Where it dies, and at which passing. */
  CRASH_AT?: { point: CrashPoint; passing: number } | undefined;
  /** Where it writes down what it passes. */
  CRASH_POINTS_FILE?: string | undefined;
}

/**
 * Has the process die by SIGKILL at the crash point of its settings, and write down each that it passes,
 * as `SERVICE POINT`; without such settings does nothing.
 */
export function armCrashPoints(service: string, settings: CrashSettings): void {
  const { CRASH_AT: at, CRASH_POINTS_FILE: file } = settings;
  if (!at && !file) return;
  let left = at?.passing ?? 0;
  onCrashPoint((point) => {
    // Before anything else happens: what waits in the process dies with it.
    if (file) appendFileSync(file, `${service} ${point}\n`);
    if (point !== at?.point) return;
    left -= 1;
    if (left === 0) die();
  });
}

/** As a power cut would have it: nothing is closed, flushed or answered, and nothing that comes after this runs. */
function die(): void {
  process.kill(process.pid, 'SIGKILL');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

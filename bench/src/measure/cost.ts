import { cpuSecondsOf } from './cpu.js';
import { monotonicMs } from './monotonic.js';

/** What was used while something was done. */
export interface Used {
  seconds: number;
  /** CPU seconds by process; null where it cannot be told. */
  cpuSeconds: Record<string, number | null>;
  /** Of the system's monotonic clock, as CPU profiles are: when it began, when it ended. */
  monotonicMicroseconds: [number, number];
}

/** Does it, and tells what the processes used meanwhile. @param processes pids by name */
export async function usedBy<T>(
  processes: Record<string, number>,
  work: () => Promise<T>,
): Promise<{ result: T; used: Used }> {
  const pids = Object.values(processes);
  const before = { cpu: cpuSecondsOf(pids), at: monotonicMs() };
  const result = await work();
  const after = { cpu: cpuSecondsOf(pids), at: monotonicMs() };
  const cpuSeconds = Object.keys(processes).map((name, index) => {
    const [from, to] = [before.cpu[index], after.cpu[index]];
    return [name, from === undefined || to === undefined ? null : to - from] as const;
  });
  return {
    result,
    used: {
      seconds: (after.at - before.at) / 1_000,
      cpuSeconds: Object.fromEntries(cpuSeconds),
      monotonicMicroseconds: [before.at * 1_000, after.at * 1_000],
    },
  };
}

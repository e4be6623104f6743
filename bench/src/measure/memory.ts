import { readFileSync } from 'node:fs';

/** Bytes of a process that are in memory (VmRSS); undefined where there is no such process, or no /proc. */
export function residentBytes(pid: number): number | undefined {
  try {
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1_024;
  } catch {
    // It has ended, or this is no Linux.
    return undefined;
  }
}

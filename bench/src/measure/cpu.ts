import { readFileSync, readdirSync } from 'node:fs';

/** USER_HZ, which Linux fixes at 100 for everything that it tells programs. */
const TICKS_PER_SECOND = 100;

interface ProcessTime {
  parent: number;
  ticks: number;
}

/**
 * CPU seconds that a process, its living descendants, and those that have ended and were waited for have used.
 * Undefined where there is no such process, or no /proc.
 */
export function cpuSeconds(pid: number): number | undefined {
  return cpuSecondsOf([pid])[0];
}

/** As {@link cpuSeconds}, for several at the same moment; a descendant that is one of them counts for itself only. */
export function cpuSecondsOf(pids: number[]): (number | undefined)[] {
  const times = readTimes();
  const children = new Map<number, number[]>();
  for (const [pid, { parent }] of times) children.set(parent, [...(children.get(parent) ?? []), pid]);
  const ticksOf = (pid: number): number =>
    (children.get(pid) ?? [])
      .filter((child) => !pids.includes(child))
      .reduce((sum, child) => sum + ticksOf(child), times.get(pid)?.ticks ?? 0);
  return pids.map((pid) => (times.has(pid) ? ticksOf(pid) / TICKS_PER_SECOND : undefined));
}

function readTimes(): Map<number, ProcessTime> {
  if (process.platform !== 'linux') return new Map();
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const entries = pids.flatMap((pid) => {
    const time = readTime(pid);
    return time ? [[Number(pid), time] as const] : [];
  });
  return new Map(entries);
}

/** proc_pid_stat(5). The second field, the program's name, may hold spaces and parentheses. */
function readTime(pid: string): ProcessTime | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [utime = 0, stime = 0, cutime = 0, cstime = 0] = fields.slice(11, 15);
  return { parent: fields[1] ?? 0, ticks: utime + stime + cutime + cstime };
}

import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

/** A process as it can be recognised later. The pid alone proves nothing: pids are used again. */
export interface ProcessIdentity {
  pid: number;
  /** When the operating system started it, in the system's own notation. */
  startedAt: string;
}

/** Identifies a running process, or undefined when there is none of this pid. */
export function identify(pid: number): ProcessIdentity | undefined {
  const startedAt = startOf(pid);
  return startedAt === undefined ? undefined : { pid, startedAt };
}

/** Whether exactly this process still runs. */
export function isRunning(identity: ProcessIdentity): boolean {
  return startOf(identity.pid) === identity.startedAt;
}

/**
 * Pids of a group whose leader is gone and that belong to a folder, known by their command line, working
 * folder or environment. Linux only: elsewhere such a group is left alone.
 */
export function orphansOf(groupId: number, folder: string): number[] {
  if (process.platform !== 'linux') return [];
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.map(Number).filter((pid) => groupOf(pid) === groupId && mentions(pid, folder));
}

/** Whether anybody is left in a process group. */
export function groupExists(groupId: number): boolean {
  try {
    process.kill(-groupId, 0);
    return true;
  } catch (error) {
    // EPERM: somebody is there, under another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Sends a signal to a process (or, by a negative pid, to its group) that may have ended meanwhile. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function startOf(pid: number): string | undefined {
  if (process.platform === 'linux') {
    const stat = statOf(pid);
    // A zombie has ended; only its parent's wait is missing.
    return stat === undefined || stat[0] === 'Z' ? undefined : `${bootId()}/${stat[19]}`;
  }
  const printed = unlessGone(() =>
    execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', stdio: 'pipe' }),
  );
  return printed?.trim() || undefined;
}

function groupOf(pid: number): number | undefined {
  const stat = statOf(pid);
  return stat === undefined || stat[0] === 'Z' ? undefined : Number(stat[2]);
}

/** Fields of proc_pid_stat(5) from the third, the state, on: the second may hold spaces and parentheses. */
function statOf(pid: number): string[] | undefined {
  const stat = unlessGone(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
}

function mentions(pid: number, folder: string): boolean {
  const traces = [
    unlessGone(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')),
    unlessGone(() => readFileSync(`/proc/${pid}/environ`, 'utf8')),
    unlessGone(() => readlinkSync(`/proc/${pid}/cwd`)),
  ];
  return traces.some((trace) => trace?.includes(folder));
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

/** A process may end, or refuse to be looked at, at any moment; both mean that it is not one of ours. */
function unlessGone<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Home } from '../home.ts';
import { groupExists, identify, isRunning, orphansOf, signal, type ProcessIdentity } from './identity.ts';

interface PidFile extends ProcessIdentity {
  name: string;
  stopSignal: NodeJS.Signals;
}

/** Records a started process, so that a later start finds it if this one crashes. */
export function writePidFile(home: Home, name: string, pid: number, stopSignal: NodeJS.Signals): void {
  const identity = identify(pid);
  if (!identity) return;
  writeFileSync(pidFile(home, name), JSON.stringify({ name, stopSignal, ...identity } satisfies PidFile));
}

/** Forgets a process that has ended. */
export function removePidFile(home: Home, name: string): void {
  rmSync(pidFile(home, name), { force: true });
}

/**
 * Ends what a crashed start of this home left running: politely, then by SIGKILL. Only processes that are
 * provably the recorded ones are touched.
 * @param report is given a line for each one that was ended
 */
export async function endStaleProcesses(
  home: Home,
  report: (line: string) => void = () => undefined,
  deadlineMs = 10_000,
): Promise<void> {
  const folder = home.folder('pids');
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  await Promise.all(
    files.map(async (file) => {
      const recorded = read(join(folder, file));
      const ended = recorded && (await endGroup(recorded, home, deadlineMs));
      if (ended)
        report(`Ended what a crashed start left running: ${recorded.name} (process ${recorded.pid})`);
      rmSync(join(folder, file), { force: true });
    }),
  );
}

/** The processes that were started in a home and have not ended: pids by name. */
export function recordedProcesses(home: Home): Record<string, number> {
  const folder = home.folder('pids');
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
  const recorded = files.map((file) => read(join(folder, file))).filter((each) => each !== undefined);
  return Object.fromEntries(recorded.map(({ name, pid }) => [name, pid]));
}

async function endGroup(recorded: PidFile, home: Home, deadlineMs: number): Promise<boolean> {
  if (!isRunning(recorded)) {
    const orphans = identify(recorded.pid) ? [] : orphansOf(recorded.pid, home.path);
    for (const pid of orphans) signal(pid, 'SIGKILL');
    return orphans.length > 0;
  }
  signal(recorded.pid, recorded.stopSignal);
  const deadline = performance.now() + deadlineMs;
  while (isRunning(recorded) && performance.now() < deadline) await pause(50);
  if (groupExists(recorded.pid)) signal(-recorded.pid, 'SIGKILL');
  return true;
}

function read(file: string): PidFile | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as PidFile;
  } catch {
    // Cut off in the middle of writing: it names nobody.
    return undefined;
  }
}

function pidFile(home: Home, name: string): string {
  return join(home.folder('pids'), `${name}.json`);
}

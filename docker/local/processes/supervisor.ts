import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, createWriteStream, openSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import type { Home } from '../home.ts';
import { groupExists, signal } from './identity.ts';
import { lastLines, newLogFile } from './log-file.ts';
import { removePidFile, writePidFile } from './pid-file.ts';

/** A program to run under supervision. */
export interface ProcessSpec {
  /** Also the name of its log and pid files. */
  name: string;
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  cwd?: string;
  /** Whom to run as, where this process may choose. */
  user?: { uid: number; gid: number } | undefined;
  stopSignal?: NodeJS.Signals;
  /** How long it may take to stop before its whole group is killed. */
  stopDeadlineMs?: number;
  /** Is given each line that it prints. Without it, the output goes straight into the log file. */
  onLine?: (line: string) => void;
}

/** A process that runs, in a process group of its own. */
export interface RunningProcess {
  name: string;
  pid: number;
  /** Resolves, once, with a description of how it ended. */
  exited: Promise<string>;
  /** Asks it to stop, waits, and kills its group at the deadline. Resolves when nobody of the group is left. */
  stop: () => Promise<void>;
  lastLines: () => string;
}

/**
 * Starts a program in a group of its own: a Ctrl-C in the terminal does not reach it, so that it stops when
 * its turn comes, and whatever it started can be ended with it.
 */
export async function startProcess(
  home: Home,
  spec: ProcessSpec,
  logFile = newLogFile(home, spec.name),
): Promise<RunningProcess> {
  const { stopSignal = 'SIGTERM', stopDeadlineMs = 10_000 } = spec;
  const { child, logged } = spawnDetached(spec, logFile);
  const exited = new Promise<string>((resolve) => {
    child.once('exit', (code, signal) =>
      resolve(signal ? `was ended by ${signal}` : `exited with code ${code}`),
    );
  });
  const pid = await pidOf(child, spec);
  writePidFile(home, spec.name, pid, stopSignal);

  const clean = async (): Promise<void> => {
    await exited;
    // A leader that is gone cannot stop its own children any more.
    if (groupExists(pid)) signal(-pid, 'SIGKILL');
    removePidFile(home, spec.name);
    // What it printed last comes after its end. Bounded: who left the group may hold on to the pipe.
    await Promise.race([logged, pause(1_000, undefined, { ref: false })]);
  };
  const cleaned = clean();

  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    signal(pid, stopSignal);
    const timer = new AbortController();
    const overdue = pause(stopDeadlineMs, undefined, { signal: timer.signal }).then(
      () => signal(-pid, 'SIGKILL'),
      () => undefined,
    );
    await Promise.race([exited, overdue]);
    timer.abort();
    await cleaned;
    // Bounded: where nobody reaps orphans, a killed one stays in the group as a zombie for good.
    const bound = performance.now() + 2_000;
    while (groupExists(pid) && performance.now() < bound) await pause(10);
  };
  return {
    name: spec.name,
    pid,
    exited,
    lastLines: () => lastLines(logFile),
    stop: () => (stopping ??= stop()),
  };
}

/** `logged` resolves when all that it has printed is in the log file. */
function spawnDetached(spec: ProcessSpec, logFile: string): { child: ChildProcess; logged: Promise<void> } {
  const options = { cwd: spec.cwd, env: spec.env, detached: true, ...spec.user };
  if (!spec.onLine) {
    const log = openSync(logFile, 'a');
    try {
      const child = spawn(spec.command, spec.args, { ...options, stdio: ['ignore', log, log] });
      return { child, logged: Promise.resolve() };
    } finally {
      closeSync(log);
    }
  }
  const child = spawn(spec.command, spec.args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  const log = createWriteStream(logFile, { flags: 'a' });
  for (const stream of [child.stdout, child.stderr]) {
    stream.pipe(log, { end: false });
    createInterface({ input: stream }).on('line', spec.onLine);
  }
  const logged = new Promise<void>((resolve) => {
    child.once('close', () => log.end(resolve));
  });
  return { child, logged };
}

function pidOf(child: ChildProcess, spec: ProcessSpec): Promise<number> {
  return new Promise((resolve, reject) => {
    child.once('spawn', () => resolve(child.pid!));
    child.once('error', (error) =>
      reject(new Error(`${spec.name} (${spec.command}) cannot be run: ${error.message}`)),
    );
  });
}

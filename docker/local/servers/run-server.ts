import type { Home } from '../home.ts';
import { lastLines, newLogFile } from '../processes/log-file.ts';
import { keepRunning, type KeptProcess } from '../processes/restart.ts';
import { startProcess, type ProcessSpec } from '../processes/supervisor.ts';
import type { RunningServer } from './server.ts';

/** A PostgreSQL that was killed refuses its data until the last of its children is gone. */
const restarts = { attempts: 6, steadyMs: 10_000, firstDelayMs: 250, onRestart: () => undefined };

/** Starts the program of a server, under one log file for all of its restarts. Not yet ready when this returns. */
export async function runServer(
  home: Home,
  spec: ProcessSpec,
): Promise<Required<Pick<RunningServer, 'died' | 'keep' | 'lastLines' | 'stop'>>> {
  const logFile = newLogFile(home, spec.name);
  const start = () => startProcess(home, spec, logFile);
  const first = await start();
  let kept: KeptProcess | undefined;
  return {
    died: first.exited.then((how) => (kept ? kept.gaveUp.then(() => 'does not start any more') : how)),
    keep: (report) => {
      kept ??= keepRunning(first, start, { ...restarts, report });
    },
    lastLines: () => lastLines(logFile),
    stop: () => (kept ?? first).stop(),
  };
}

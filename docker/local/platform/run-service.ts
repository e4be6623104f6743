import { setTimeout as pause } from 'node:timers/promises';
import type { Home } from '../home.ts';
import { newLogFile } from '../processes/log-file.ts';
import { keepRunning, type KeptProcess } from '../processes/restart.ts';
import { startProcess, type ProcessSpec, type RunningProcess } from '../processes/supervisor.ts';
import { httpAnswers, untilReady } from '../servers/readiness.ts';
import { nodeOptions } from './command.ts';
import type { Service } from './services.ts';
import { troubleIn } from './trouble.ts';

export interface RunOptions {
  home: Home;
  signal: AbortSignal;
  report: (line: string) => void;
  /** Is given the process as soon as there is one to stop, and its keeper once it serves. */
  own: (process: RunningProcess | KeptProcess) => void;
  /** Is called when it has crashed and was started again. */
  onRestart: () => void;
}

const startDeadlineMs = 60_000;
const restarts = { attempts: 5, steadyMs: 10_000, firstDelayMs: 500 };

/**
 * Starts a service and waits until it serves. From then on it is started again when it crashes, so many
 * times within a while.
 * @throws Error with its last log lines when it does not become ready
 */
export async function runService(service: Service, options: RunOptions): Promise<KeptProcess> {
  const { home, signal, report, own, onRestart } = options;
  const since = performance.now();
  const spec: ProcessSpec = {
    name: service.name,
    command: process.execPath,
    args: [...nodeOptions, ...service.nodeArgs, service.entry],
    env: service.env,
    // Everything stops: there is nobody else for its clients to go to, and nothing to wait for.
    stopSignal: 'SIGINT',
    // A service gives its own connections 20 s to end.
    stopDeadlineMs: 25_000,
    onLine: (line) => {
      const trouble = troubleIn(line);
      if (trouble !== undefined) report(`${service.name} | ${trouble}`);
    },
  };
  // One log for all of a service's restarts: it is the first crash that tells most.
  const logFile = newLogFile(home, service.name);
  const start = () => startProcess(home, spec, logFile);
  const first = await start();
  own(first);
  await untilServing(service, first, signal);
  signal.throwIfAborted();
  const kept = keepRunning(first, start, { ...restarts, report, onRestart });
  own(kept);
  report(`${service.name.padEnd(11)} ready (${((performance.now() - since) / 1000).toFixed(1)} s)`);
  return kept;
}

async function untilServing(service: Service, started: RunningProcess, signal: AbortSignal): Promise<void> {
  // Not the gateway's public name, which may resolve to an address that it does not listen on.
  const url = `http://${service.env['HOST']}:${service.env['PORT']}`;
  const waiting = { deadlineMs: startDeadlineMs, signal, died: started.exited };
  try {
    await untilReady(service.name, () => httpAnswers(url), waiting);
  } catch (error) {
    if (signal.aborted) throw error;
    // A service that has just died may still be writing why.
    await pause(100);
    throw new Error(`${(error as Error).message}\nIts last lines:\n${started.lastLines()}`, { cause: error });
  }
}

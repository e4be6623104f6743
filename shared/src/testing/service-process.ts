import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.js';
import { freePorts } from './free-ports.js';

/** The checkout, seen from shared/src/testing as from shared/dist/testing. */
const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const LOG_LINES = 200;
const STOP_WITHIN_MS = 15_000;

/** A service of the house as a process of its own, as it runs in production. */
export interface ServiceProcess {
  url: string;
  /** Resolves when /readyz says so. @throws Error with the last log lines when it never does. */
  ready(): Promise<void>;
  /** Starts it (again), with the same settings, on the same port; `env` comes on top, this once. */
  start(env?: Record<string, string>): void;
  /** Resolves when the process that was started last is gone, with the signal that it died of, or its exit code. */
  ended(): Promise<NodeJS.Signals | number | null>;
  /** Ends it: SIGTERM drains, SIGKILL is a crash. @returns when it is gone, its exit code, which a killed one has not */
  stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<number | null>;
  /** The last lines that it wrote. */
  log(): string;
  /** One more of it, on a port of its own; the caller's to start and to stop. `env` comes on top. */
  another(env?: Record<string, string>): Promise<ServiceProcess>;
  /** Calls `listener` with everything that it writes from now on: `log` forgets. */
  listen(listener: (text: string) => void): void;
}

/** @param folder where its dist is, from the checkout: `subgraphs/order`. */
export function serviceProcess(folder: string, port: number, env: Record<string, string>): ServiceProcess {
  const entry = `${ROOT}${folder}/dist/main.js`;
  if (!existsSync(entry)) throw new Error(`${entry} is not there: \`npm run build\` first`);
  const url = `http://127.0.0.1:${port}`;
  const lines: string[] = [];
  const listeners: ((text: string) => void)[] = [];
  let child: ChildProcess | undefined;
  let gone: Promise<NodeJS.Signals | number | null> = Promise.resolve(null);

  function start(more: Record<string, string> = {}): void {
    const settings = {
      PATH: process.env.PATH ?? '',
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? '',
    };
    const started = spawn(process.execPath, ['--enable-source-maps', entry], {
      env: { ...settings, ...env, ...more, HOST: '127.0.0.1', PORT: String(port) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [started.stdout, started.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        for (const listener of listeners) listener(text);
        lines.push(...text.trimEnd().split('\n'));
        lines.splice(0, lines.length - LOG_LINES);
      });
    }
    gone = new Promise((resolve) => started.once('exit', (code, signal) => resolve(signal ?? code)));
    child = started;
  }

  async function askReadiness(): Promise<void> {
    if (child?.exitCode !== null) throw new Error('it has exited');
    const response = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) });
    const body = await response.text();
    if (!response.ok) throw new Error(body);
  }

  return {
    url,
    start,
    ended: () => gone,
    another: async (more = {}) =>
      serviceProcess(folder, (await freePorts(1))[0] as number, { ...env, ...more }),
    log: () => lines.join('\n'),
    listen: (listener) => void listeners.push(listener),
    ready: async () => {
      try {
        await eventually(askReadiness, 60_000);
      } catch (error) {
        throw new Error(`${folder} did not get ready:\n${lines.join('\n')}`, { cause: error });
      }
    },
    stop: async (signal = 'SIGTERM') => {
      if (!child) return null;
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      child.kill(signal);
      const kill = setTimeout(() => child?.kill('SIGKILL'), STOP_WITHIN_MS);
      await gone;
      clearTimeout(kill);
      return child.exitCode;
    },
  };
}

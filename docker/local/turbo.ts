import { spawn, type StdioOptions } from 'node:child_process';
import { join } from 'node:path';
import { root } from './home.ts';
import { signal as send } from './processes/identity.ts';

export interface TurboOptions {
  env?: NodeJS.ProcessEnv;
  /** Ends the run. */
  signal?: AbortSignal;
  /** Is given all output, at the end. Default: it is streamed to the terminal. */
  onOutput?: (output: string) => void;
}

/** Runs turbo's tasks. @returns whether all of them succeeded */
export function runTurbo(args: string[], { env, signal, onOutput }: TurboOptions = {}): Promise<boolean> {
  const stdio: StdioOptions = onOutput ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'];
  return new Promise((resolve, reject) => {
    const turbo = spawn(join(root, 'node_modules', '.bin', 'turbo'), ['run', ...args], {
      cwd: root,
      detached: true,
      stdio,
      env: { ...process.env, ...env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1' },
    });
    const chunks: Buffer[] = [];
    for (const stream of [turbo.stdout, turbo.stderr])
      stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
    const stop = () => send(-turbo.pid!, 'SIGTERM');
    signal?.addEventListener('abort', stop, { once: true });
    turbo.once('error', reject);
    turbo.once('close', (code) => {
      signal?.removeEventListener('abort', stop);
      // What a task left behind would hold the databases open.
      send(-turbo.pid!, 'SIGKILL');
      onOutput?.(Buffer.concat(chunks).toString('utf8'));
      resolve(code === 0);
    });
  });
}

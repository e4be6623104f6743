import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Disagreement, Servers } from './simulation.js';
import type { SimulationName } from './simulations.js';

/** What a simulation's process is to do. */
export interface Task {
  name: SimulationName;
  seed: number;
  path: string | undefined;
  forMs: number;
  servers: Servers;
}

/** What it says. */
export type Told =
  | { kind: 'tried'; tried: number }
  | { kind: 'ended'; disagreement: Disagreement | undefined }
  | { kind: 'broke'; reason: string };

const WORKER = fileURLToPath(new URL('./worker.js', import.meta.url));
/** For histories under way, and for shrinking one that failed. */
const GRACE_MS = 120_000;

/**
 * Runs a simulation in a process of its own, so that several keep several processors busy.
 * @param onTried is told how many histories have been tried so far
 * @throws Error when the process died, or was not done two minutes after its time
 */
export async function runBeside(
  task: Task,
  onTried: (tried: number) => void,
): Promise<Disagreement | undefined> {
  const worker = fork(WORKER, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const deadline = setTimeout(() => worker.kill('SIGKILL'), task.forMs + GRACE_MS);
  try {
    return await new Promise((resolve, reject) => {
      worker.on('message', (told: Told) => {
        if (told.kind === 'tried') onTried(told.tried);
        else if (told.kind === 'ended') resolve(told.disagreement);
        else reject(new Error(`the simulation ${task.name} broke: ${told.reason}`));
      });
      worker.once('error', reject);
      worker.once('exit', (code, signal) =>
        reject(new Error(`the simulation ${task.name} ended by ${signal ?? code}, without a word`)),
      );
      worker.send(task);
    });
  } finally {
    clearTimeout(deadline);
    if (worker.exitCode === null && worker.connected) worker.disconnect();
  }
}

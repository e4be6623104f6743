// A simulation's process. Its parent tells it what to run, and hears of progress; see run-beside.ts.
import { simulations } from './simulations.js';
import type { Task, Told } from './run-beside.js';

const PROGRESS_EVERY_MS = 1_000;

const tell = (told: Told) => process.send?.(told);

process.once('message', (task: Task) => void work(task));
// Nobody is left who would hear of anything.
process.once('disconnect', () => process.exit(1));

async function work({ name, seed, path, forMs, servers }: Task): Promise<void> {
  const open = await simulations[name]();
  const simulation = await open(servers);
  let tried = 0;
  const progress = setInterval(() => tell({ kind: 'tried', tried }), PROGRESS_EVERY_MS);
  try {
    const disagreement = await simulation.run({
      seed,
      path,
      signal: AbortSignal.timeout(forMs),
      onTried: (histories) => (tried += histories),
    });
    tell({ kind: 'tried', tried });
    tell({ kind: 'ended', disagreement });
  } catch (error) {
    tell({ kind: 'broke', reason: (error as Error).stack ?? String(error) });
  } finally {
    clearInterval(progress);
    await simulation.close();
    process.disconnect();
  }
}

import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { BenchArguments } from '../arguments.js';
import type { Outcome } from '../scenario.js';

/** Writes everything that was measured as JSON. @returns the file */
export async function writeResults(
  folder: string,
  args: BenchArguments,
  { floor, runs, good }: Outcome,
): Promise<string> {
  const { scenario, ...rest } = args;
  const at = new Date().toISOString();
  const machine = {
    processor: cpus()[0]?.model ?? 'unknown',
    processors: cpus().length,
    loadAverage: loadavg()[0],
    node: process.version,
    commit: await commit(),
  };
  await mkdir(folder, { recursive: true });
  const file = join(folder, `${scenario}-${at.slice(0, 19).replaceAll(':', '-')}.json`);
  const content = { scenario, at, good, arguments: rest, machine, ...(floor && { floor }), runs };
  await writeFile(file, `${JSON.stringify(content, null, 2)}\n`);
  return file;
}

async function commit(): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('git', ['describe', '--always', '--dirty']);
    return stdout.trim();
  } catch {
    // A checkout without git, or a machine without it, can be measured just as well.
    return null;
  }
}

import { fileURLToPath } from 'node:url';
import { spawnChild } from '../../child/spawn-child.js';
import type { Flow } from './flow.js';
import type { Kind } from './press.js';
import type { Paces, PressWork } from './press-process.js';

/** Everybody who comes, in a process of its own. */
export interface SpawnedPresses {
  pid: number;
  /** Lets those kinds come for so many seconds. @returns what became of each, by its name */
  run<Name extends string>(paces: Record<Name, Paces[string]>, seconds: number): Promise<Record<Name, Flow>>;
  close(): Promise<void>;
}

export async function spawnPresses(
  { hostname, port }: URL,
  kinds: Record<string, Kind>,
): Promise<SpawnedPresses> {
  const entry = fileURLToPath(new URL('../../../dist/overload/presses/press-process.js', import.meta.url));
  const child = await spawnChild<PressWork>(entry, 'process of those who come');
  await child.ask('open', { host: hostname, port: Number(port), kinds });
  return {
    pid: child.pid,
    run: (paces, seconds) => child.ask('run', { paces, seconds }),
    close: child.close,
  };
}

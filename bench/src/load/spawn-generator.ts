import { fileURLToPath } from 'node:url';
import { spawnChild } from '../child/spawn-child.js';
import type { GeneratorWork } from './generator.js';
import type { LoadGenerator } from './load.js';

/** A load generator in a process of its own. */
export interface SpawnedGenerator {
  pid: number;
  /** Replaces the connections that it has. Resolves when it is ready to open them. */
  connect(url: URL, connections: number): Promise<void>;
  eachConnection: LoadGenerator['eachConnection'];
  run: LoadGenerator['run'];
  close(): Promise<void>;
}

export async function spawnGenerator(): Promise<SpawnedGenerator> {
  const entry = fileURLToPath(new URL('../../dist/load/generator.js', import.meta.url));
  const child = await spawnChild<GeneratorWork>(entry, 'load generator');
  return {
    pid: child.pid,
    connect: ({ hostname, port }, connections) =>
      child.ask('open', { host: hostname, port: Number(port), connections }),
    eachConnection: (request) => child.ask('each', request),
    run: ({ onProgress, ...options }) => child.ask('run', options, onProgress),
    close: child.close,
  };
}

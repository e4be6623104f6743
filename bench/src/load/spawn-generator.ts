import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Command, Reply } from './generator.js';
import type { LoadGenerator, LoadOptions, LoadResult } from './load.js';

/** A load generator in a process of its own. */
export interface SpawnedGenerator {
  pid: number;
  /** Replaces the connections that it has. Resolves when it is ready to open them. */
  connect(url: URL, connections: number): Promise<void>;
  eachConnection: LoadGenerator['eachConnection'];
  run: LoadGenerator['run'];
  close(): Promise<void>;
}

interface Waiting {
  resolve: (result: unknown) => void;
  reject: (error: Error) => void;
  onProgress?: LoadOptions['onProgress'];
}

type Wish = Command extends infer C ? (C extends Command ? Omit<C, 'id'> : never) : never;

export async function spawnGenerator(): Promise<SpawnedGenerator> {
  const entry = fileURLToPath(new URL('../../dist/load/generator.js', import.meta.url));
  // 'advanced' passes buffers on as they are.
  const child = fork(entry, { serialization: 'advanced', execArgv: ['--enable-source-maps'] });
  const waiting = new Map<number, Waiting>();
  let ids = 0;
  child.on('message', (reply: Reply) => {
    const asked = waiting.get(reply.id);
    if (!asked) return;
    if ('settled' in reply) {
      asked.onProgress?.(reply.settled);
      return;
    }
    waiting.delete(reply.id);
    if ('error' in reply) asked.reject(new Error(reply.error));
    else asked.resolve(reply.result);
  });
  child.on('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error('the load generator has ended'));
  });
  await once(child, 'spawn');

  function ask<T>(wish: Wish, onProgress?: LoadOptions['onProgress']): Promise<T> {
    const id = ids++;
    return new Promise<T>((resolve, reject) => {
      waiting.set(id, { resolve: resolve as (result: unknown) => void, reject, onProgress });
      child.send({ ...wish, id }, (error) => error && reject(error));
    });
  }
  return {
    pid: child.pid!,
    connect: ({ hostname, port }, connections) =>
      ask({ kind: 'open', host: hostname, port: Number(port), connections }),
    eachConnection: (request) => ask({ kind: 'each', request }),
    run: ({ onProgress, ...options }) => ask<LoadResult>({ kind: 'run', options }, onProgress),
    close: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

import { serveParent } from '../child/serve-parent.js';
import { openLoad, type LoadGenerator, type LoadOptions } from './load.js';

// The load generator as a process of its own.

let load: LoadGenerator | undefined;

function opened(): LoadGenerator {
  if (!load) throw new Error('no connections are open');
  return load;
}

const work = {
  open: async ({ host, port, connections }: { host: string; port: number; connections: number }) => {
    load?.close();
    load = openLoad(host, port, connections);
  },
  each: async (request: Uint8Array) => opened().eachConnection(request),
  run: async (options: Omit<LoadOptions, 'onProgress'>, onProgress: (settled: number) => void) =>
    opened().run({ ...options, onProgress }),
};

export type GeneratorWork = typeof work;
serveParent(work);

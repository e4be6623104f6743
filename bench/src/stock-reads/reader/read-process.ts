import { serveParent } from '../../child/serve-parent.js';
import { openReader, type Reader } from './reader.js';

// The readers as a process of their own.

let reader: Reader | undefined;

function opened(): Reader {
  if (!reader) throw new Error('nobody reads');
  return reader;
}

const work = {
  open: async ({ host, port, requests }: { host: string; port: number; requests: Uint8Array[] }) => {
    reader?.close();
    reader = openReader(host, port, requests);
  },
  sweep: async (ids: string[]) => opened().sweep(ids),
  run: async (wish: { ids: string[]; seconds: number }, onProgress: (reads: number) => void) =>
    opened().run(wish, onProgress),
};

export type ReaderWork = typeof work;
serveParent(work);

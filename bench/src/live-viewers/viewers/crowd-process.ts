import { serveParent } from '../../child/serve-parent.js';
import type { Change } from '../changes.js';
import { openCrowd, type Crowd } from './crowd.js';

// A part of the viewers as a process of its own.

type OnProgress = (arrived: number) => void;
let crowd: Crowd | undefined;

function opened(): Crowd {
  if (!crowd) throw new Error('there are no viewers');
  return crowd;
}

const work = {
  open: async ({ url, query, size }: { url: string; query: string; size: number }) => {
    crowd?.close();
    crowd = openCrowd(new URL(url), query, size);
  },
  connect: async (atOnce: number, onProgress: OnProgress) => opened().connect(atOnce, onProgress),
  storm: async (_: null, onProgress: OnProgress) => opened().storm(onProgress),
  clear: async () => opened().clear(),
  untilShown: async ({ available, withinMs }: { available: number; withinMs: number }) =>
    opened().untilShown(available, withinMs),
  compare: async (changes: Change[]) => opened().compare(changes),
  showing: async (available: number) => opened().showing(available),
  failures: async () => opened().failures(),
};

export type CrowdWork = typeof work;
serveParent(work);

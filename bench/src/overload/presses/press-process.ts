import { serveParent } from '../../child/serve-parent.js';
import type { Flow } from './flow.js';
import { openPresses, type Kind, type Pace, type Presses } from './press.js';

// Everybody who comes, of all kinds, as a process of its own.

const open = new Map<string, Presses>();

/** How each kind comes, by name. */
export type Paces = Record<string, Pace>;

const work = {
  open: async ({ host, port, kinds }: { host: string; port: number; kinds: Record<string, Kind> }) => {
    for (const [name, kind] of Object.entries(kinds)) open.set(name, openPresses(host, port, kind));
  },
  run: async ({ paces, seconds }: { paces: Paces; seconds: number }): Promise<Record<string, Flow>> => {
    const flows = Object.entries(paces).map(async ([name, pace]) => {
      const presses = open.get(name);
      if (!presses) throw new Error(`nobody presses for ${name}`);
      return [name, await presses.run(pace, seconds)] as const;
    });
    return Object.fromEntries(await Promise.all(flows));
  },
};

export type PressWork = typeof work;
serveParent(work);

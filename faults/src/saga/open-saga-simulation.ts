import { openStores } from './stores.js';
import { tryHistories } from './simulate.js';

/** Histories that wait for PostgreSQL beside each other: enough to keep a processor busy. */
const SIDE_BY_SIDE = 4;
const RUNS = 20;
/** Most are short, since those are quick, and easily read when they fail; what takes many steps needs the long ones. */
const LENGTHS = [8, 14, 8, 25];

export interface SagaRun {
  seed: number;
  path: string | undefined;
  signal: AbortSignal;
  onTried: (histories: number) => void;
}

/** How the purchase goes on the real code of order, catalog and payment: `run` is repeatable by its seed. */
export async function openSagaSimulation({ redisUrl }: { redisUrl: string }) {
  const all = await Promise.all(Array.from({ length: SIDE_BY_SIDE }, () => openStores(redisUrl)));
  return {
    /**
     * Tries histories until it is aborted. Each part of them has a seed of its own, counted up from the one given, so that
     * which of several workers tries it changes nothing.
     *
     * @returns the first that broke a rule, with the seed of its part.
     */
    run: async ({ seed, path, signal, onTried }: SagaRun) => {
      let part = 0;
      let found: { seed: number; path: string; report: string } | undefined;
      async function work(stores: (typeof all)[number]): Promise<void> {
        while (!signal.aborted && !found) {
          const number = part;
          part += 1;
          if (path !== undefined && number > 0) return;
          const mine = seed + number;
          const maxCommands = LENGTHS[mine % LENGTHS.length]!;
          const failure = await tryHistories(stores, { seed: mine, runs: RUNS, maxCommands, path });
          if (failure) found ??= { seed: mine, ...failure };
          else onTried(path === undefined ? RUNS : 1);
        }
      }
      await Promise.all(all.map(work));
      return found;
    },
    close: async () => {
      for (const stores of all) await stores[Symbol.asyncDispose]();
    },
  };
}

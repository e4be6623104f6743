import type { Disagreement, Servers, Simulation } from '../simulation/simulation.js';
import { openStores } from './stores.js';
import { tryHistories } from './simulate.js';

/** Histories that wait for PostgreSQL beside each other: enough to keep a processor busy. */
const SIDE_BY_SIDE = 4;
const RUNS = 20;
/** Most are short, since those are quick, and easily read when they fail; what takes many steps needs the long ones. */
const LENGTHS = [8, 14, 8, 25];

/**
 * How a purchase goes on the real code of order, catalog and payment.
 *
 * @param redisUrl may be anybody's: every key has a prefix of its own; and the server of the databases is the environment's.
 */
export async function openSagaSimulation({ redisUrl }: Pick<Servers, 'redisUrl'>): Promise<Simulation> {
  const all = await Promise.all(Array.from({ length: SIDE_BY_SIDE }, () => openStores(redisUrl)));
  return {
    /**
     * Tries histories until it is aborted. Each part of them has a seed of its own, counted up from the one given, so that
     * which of several workers tries it changes nothing.
     *
     * @returns the first that broke a rule, with the seed of its part.
     */
    run: async ({ seed, path, signal, onTried }) => {
      let part = 0;
      let found: Disagreement | undefined;
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

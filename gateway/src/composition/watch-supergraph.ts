import type { SupergraphSdlHook } from '@apollo/gateway';
import { repeat } from '@stampede/shared/background';
import type { Log } from '@stampede/shared/telemetry';
import { readFile } from 'node:fs/promises';
import { parseSupergraph, type Supergraph } from './supergraph.js';

export interface WatchOptions {
  /** Milliseconds from one look to the next; 0 never looks again. */
  everyMs: number;
  log: Log;
}

/**
 * Begins with `supergraph`, and goes over to what its file says later: a subgraph can be rolled out with another
 * schema without a restart of the gateway. A file that is no supergraph changes nothing. Looked at again and again
 * rather than watched: mounted configuration is swapped by renaming folders, which watches do not see.
 */
export const watchSupergraph =
  ({ file, sdl }: Supergraph, { everyMs, log }: WatchOptions): SupergraphSdlHook =>
  ({ update }) => {
    let known = sdl;
    let failing = false;

    async function look(): Promise<number> {
      try {
        const found = await readFile(file, 'utf8');
        failing = false;
        if (found !== known) {
          known = found;
          parseSupergraph(file, found);
          update(found);
          log.info({ file }, 'went over to another supergraph');
        }
      } catch (error) {
        if (!failing)
          log.error({ err: error, file }, 'the supergraph cannot be loaded: the one before stays');
        failing = true;
      }
      return everyMs;
    }

    const looking = everyMs > 0 ? repeat(look) : undefined;
    return Promise.resolve({ supergraphSdl: sdl, cleanup: async () => looking?.close() });
  };

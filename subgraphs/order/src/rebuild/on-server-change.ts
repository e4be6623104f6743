import type { RedisServer, ServerChange } from '@stampede/shared/redis';
import { rebuildListed, type ListedParts } from './rebuild-listed.js';

/** Looks after all sales whenever Redis has come back as another server; one round at a time. */
export function openServerChanges(server: RedisServer, parts: ListedParts): { close(): Promise<void> } {
  const stop = new AbortController();
  let rounds = Promise.resolve();
  const end = server.onChange((change) => {
    rounds = rounds.then(() => round(parts, change, stop.signal));
  });
  return {
    close: () => {
      end();
      stop.abort();
      return rounds;
    },
  };
}

async function round(parts: ListedParts, change: ServerChange, signal: AbortSignal): Promise<void> {
  try {
    await rebuildListed(parts, change, signal);
  } catch (error) {
    parts.log.warn({ err: error }, 'sales that Redis may have forgotten are rebuilt when somebody asks');
  }
}

import type { Log } from '../telemetry/index.js';

export type Listener = (id: string) => void;

/** Who wants to hear of which id. */
export function openWatched(log: Log) {
  const listeners = new Map<string, Set<Listener>>();

  function tell(id: string): void {
    for (const listener of listeners.get(id) ?? []) {
      try {
        listener(id);
      } catch (error) {
        log.error({ err: error }, 'a listener to changes failed');
      }
    }
  }

  return {
    add: (id: string, listener: Listener): void => {
      const known = listeners.get(id);
      if (known) known.add(listener);
      else listeners.set(id, new Set([listener]));
    },
    remove: (id: string, listener: Listener): void => {
      const known = listeners.get(id);
      known?.delete(listener);
      if (known?.size === 0) listeners.delete(id);
    },
    tell,
    tellAll: (): void => {
      for (const id of listeners.keys()) tell(id);
    },
  };
}

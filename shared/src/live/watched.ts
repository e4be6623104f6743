import type { Log } from '../telemetry/index.js';

export type Listener = (id: string) => void;

/** Who wants to hear of whatever changes. */
export interface Whoever {
  changed: Listener;
  /** Anything may have changed: the connection is new, or more was announced than could be kept. */
  everythingChanged(): void;
}

/** Who wants to hear of which id. */
export function openWatched(log: Log) {
  const listeners = new Map<string, Set<Listener>>();
  const whoever = new Set<Whoever>();

  function call(listener: () => void): void {
    try {
      listener();
    } catch (error) {
      log.error({ err: error }, 'a listener to changes failed');
    }
  }

  function tellListeners(id: string): void {
    for (const listener of listeners.get(id) ?? []) call(() => listener(id));
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
    addWhoever: (one: Whoever): void => void whoever.add(one),
    removeWhoever: (one: Whoever): void => void whoever.delete(one),
    tell: (id: string): void => {
      tellListeners(id);
      for (const one of whoever) call(() => one.changed(id));
    },
    tellAll: (): void => {
      for (const id of listeners.keys()) tellListeners(id);
      for (const one of whoever) call(() => one.everythingChanged());
    },
  };
}

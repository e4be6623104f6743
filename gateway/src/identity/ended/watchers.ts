import type { Log } from '@stampede/shared/telemetry';

/** Who wants to hear of a session's end: connections that speak for it. */
export function openWatchers(log: Log) {
  const watchers = new Map<string, Set<() => void>>();

  return {
    /** @returns takes it back, and leaves nothing behind. */
    add: (sessionId: string, then: () => void): (() => void) => {
      // A function of its own for each: the same one may be given twice.
      const watcher = () => then();
      const before = watchers.get(sessionId);
      if (before) before.add(watcher);
      else watchers.set(sessionId, new Set([watcher]));
      return () => {
        const all = watchers.get(sessionId);
        if (all?.delete(watcher) && all.size === 0) watchers.delete(sessionId);
      };
    },
    /** Tells each once. */
    tell: (sessionId: string): void => {
      const all = watchers.get(sessionId);
      watchers.delete(sessionId);
      for (const watcher of all ?? []) {
        try {
          watcher();
        } catch (error) {
          log.error({ err: error }, 'a connection of an ended session could not be closed');
        }
      }
    },
    size: (): number => watchers.size,
  };
}

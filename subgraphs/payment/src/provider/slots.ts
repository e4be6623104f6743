/** Lets so many in at once. */
export interface Slots {
  /** `too-late`: the signal aborted before there was one. Who has a slot gives it back by `leave`. */
  enter(signal: AbortSignal): Promise<'at-once' | 'waited' | 'too-late'>;
  leave(): void;
}

/** Who comes when all slots are taken waits for one, in the order of coming. */
export function openSlots(most: number): Slots {
  let free = most;
  const waiting = new Set<() => void>();
  return {
    enter: async (signal) => {
      if (signal.aborted) return 'too-late';
      if (free > 0) {
        free -= 1;
        return 'at-once';
      }
      return new Promise((resolve) => {
        const gone = (): void => {
          waiting.delete(next);
          resolve('too-late');
        };
        const next = (): void => {
          waiting.delete(next);
          signal.removeEventListener('abort', gone);
          resolve('waited');
        };
        signal.addEventListener('abort', gone, { once: true });
        waiting.add(next);
      });
    },
    leave: () => {
      const [next] = waiting;
      if (next) next();
      else free += 1;
    },
  };
}

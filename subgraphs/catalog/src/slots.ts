/** Too much was to be done at once: this was not. */
export class NoTurn extends Error {
  override readonly name = 'NoTurn';
}

/** Lets so much work run at once; what comes on top waits its turn for a moment, and then is not done. */
export interface Slots {
  /** @throws NoTurn */
  run<T>(work: () => Promise<T>): Promise<T>;
}

export interface SlotsOptions {
  slots: number;
  /** How many may wait at once. */
  queue: number;
  /** How long each of them waits, ms. */
  patienceMs: number;
}

export function openSlots({ slots, queue, patienceMs }: SlotsOptions): Slots {
  const waiting = new Set<() => void>();
  let inHand = 0;

  async function turn(): Promise<void> {
    if (inHand < slots) {
      inHand += 1;
      return;
    }
    if (waiting.size >= queue) throw new NoTurn('too much waits for a turn already');
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(begin);
        reject(new NoTurn(`no turn within ${patienceMs} ms`));
      }, patienceMs).unref();
      // The slot is handed on: inHand stays as it is.
      const begin = () => {
        clearTimeout(timer);
        waiting.delete(begin);
        resolve();
      };
      waiting.add(begin);
    });
  }

  function giveBack(): void {
    const [next] = waiting;
    if (next) next();
    else inHand -= 1;
  }

  return {
    run: async (work) => {
      await turn();
      try {
        return await work();
      } finally {
        giveBack();
      }
    },
  };
}

import { Unavailable } from '@stampede/shared/errors';

/** Lets so much work run at once; what comes on top waits its turn for a moment, and then is not done. */
export interface Slots {
  /** Whether one is free now. */
  readonly free: boolean;
  /** @throws Unavailable when there was no turn in time. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

export interface SlotsOptions {
  /** In the error: what there are too few of. */
  name: string;
  slots: number;
  /** How many may wait at once. */
  queue: number;
  /** How long each of them waits, ms. */
  patienceMs: number;
}

export function openSlots({ name, slots, queue, patienceMs }: SlotsOptions): Slots {
  const waiting = new Set<() => void>();
  let inHand = 0;

  async function turn(): Promise<void> {
    if (inHand < slots) {
      inHand += 1;
      return;
    }
    if (waiting.size >= queue) throw new Unavailable(name);
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        waiting.delete(begin);
        reject(new Unavailable(name));
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
    get free() {
      return inHand < slots;
    },
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

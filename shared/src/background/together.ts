import { retryAfterMs, Unavailable } from '../errors/index.js';
import { currentSpan, inSpanOfMany } from '../telemetry/index.js';

/** Adds one to what is worked off next, and gives what became of it. @throws why it failed */
export type Together<T, R> = (item: T) => Promise<R>;

export interface TogetherOptions {
  /** Batches that are on their way: more than one where one of them may be held up for long. */
  atOnce?: number;
  /** Who has waited longer when a batch is made up is left out of it, and told Unavailable. */
  patienceMs?: number;
}

/** Who comes when so many wait is told Unavailable. */
const MOST_WAITING = 10_000;

interface Waiting<T, R> {
  item: T;
  since: number;
  /** Of the trace that it belongs to. */
  span: ReturnType<typeof currentSpan>;
  resolve: (result: R) => void;
  reject: (reason: unknown) => void;
}

/**
 * Works off together what has come by the time it begins, one batch after the other: who comes meanwhile is in the
 * next one, and waits for this one however long it takes. The more there are, the less each costs. It is done for no
 * request in particular: what it says to others does not carry the id of whoever happened to be the first.
 *
 * @param most in one batch; @param work settles each of them, in their order. It never rejects.
 */
export function openTogether<T, R>(
  most: number,
  work: (items: readonly T[]) => Promise<readonly PromiseSettledResult<R>[]>,
  { atOnce = 1, patienceMs = Infinity }: TogetherOptions = {},
): Together<T, R> {
  const waiting: Waiting<T, R>[] = [];
  let working = 0;

  function refuseLate(): void {
    const oldest = performance.now() - patienceMs;
    while (waiting[0] && waiting[0].since < oldest) waiting.shift()?.reject(new Unavailable('a turn'));
  }

  async function workOff(): Promise<void> {
    for (;;) {
      refuseLate();
      const batch = waiting.splice(0, most);
      if (batch.length === 0) break;
      const items = batch.map(({ item }) => item);
      const spans = batch.map(({ span }) => span);
      const results = await inSpanOfMany('together', spans, () => work(items));
      for (const [index, { resolve, reject }] of batch.entries()) {
        const result = results[index] as PromiseSettledResult<R>;
        if (result.status === 'fulfilled') resolve(result.value);
        else reject(result.reason);
      }
    }
    working -= 1;
  }

  return (item) =>
    new Promise((resolve, reject) => {
      if (waiting.length >= MOST_WAITING)
        return reject(new Unavailable('a turn', { retryAfterMs: retryAfterMs() }));
      waiting.push({ item, since: performance.now(), span: currentSpan(), resolve, reject });
      if (working === atOnce) return;
      working += 1;
      // What arrives in the same turn belongs to it.
      setImmediate(() => void workOff());
    });
}

/** Adds one to what is worked off next, and gives what became of it. @throws why it failed */
export type Together<T, R> = (item: T) => Promise<R>;

interface Waiting<T, R> {
  item: T;
  resolve: (result: R) => void;
  reject: (reason: unknown) => void;
}

/**
 * Works off together what has come by the time it begins, one batch after the other: who comes meanwhile is in the
 * next one, and waits for this one however long it takes. The more there are, the less each costs.
 *
 * @param most in one batch; @param work settles each of them, in their order. It never rejects.
 * @param atOnce batches that are on their way: more than one where one of them may be held up for long.
 */
export function openTogether<T, R>(
  most: number,
  work: (items: readonly T[]) => Promise<readonly PromiseSettledResult<R>[]>,
  atOnce = 1,
): Together<T, R> {
  const waiting: Waiting<T, R>[] = [];
  let working = 0;

  async function workOff(): Promise<void> {
    for (;;) {
      const batch = waiting.splice(0, most);
      if (batch.length === 0) break;
      const results = await work(batch.map(({ item }) => item));
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
      waiting.push({ item, resolve, reject });
      if (working === atOnce) return;
      working += 1;
      // What arrives in the same turn belongs to it.
      setImmediate(() => void workOff());
    });
}

import { isUuid } from '@stampede/shared/graphql';

/**
 * Finds one by id, by asking once for all that were asked for in the same turn: a list of 100 orders names 100
 * buyers, and is one statement. Nothing is remembered from one turn to the next.
 */
export function findById<T extends { id: string }>(
  findAll: (ids: string[]) => Promise<T[]>,
): (id: string) => Promise<T | null> {
  let waiting: Set<string> | undefined;
  let answer: Promise<Map<string, T>>;

  async function ask(ids: Set<string>): Promise<Map<string, T>> {
    await new Promise((resolve) => setImmediate(resolve));
    waiting = undefined;
    const found = await findAll([...ids]);
    return new Map(found.map((one) => [one.id, one]));
  }

  return async (id) => {
    // Another text than a UUID names nothing here.
    if (!isUuid(id)) return null;
    const key = id.toLowerCase();
    if (!waiting) {
      waiting = new Set();
      answer = ask(waiting);
    }
    waiting.add(key);
    return (await answer).get(key) ?? null;
  };
}

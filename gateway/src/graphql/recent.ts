export interface Recent<T> {
  get(key: string): T | undefined;
  /** @param characters of the document that the value was made of */
  set(key: string, value: T, characters: number): void;
}

/** In characters of documents; what is made of one takes some ten times as many bytes. */
const LIMIT = 2_000_000;
/** What is made of the shortest document takes some kilobytes, too: a thousand at most are remembered. */
const LEAST = LIMIT / 1_000;

/**
 * Remembers what was used last, by its size rather than its number: a document may be as long as a body, and a client
 * that writes values into its documents sends another one each time.
 */
export function openRecent<T>(limit = LIMIT): Recent<T> {
  const entries = new Map<string, { value: T; size: number }>();
  let total = 0;

  function forget(key: string): void {
    total -= entries.get(key)?.size ?? 0;
    entries.delete(key);
  }

  return {
    get: (key) => {
      const entry = entries.get(key);
      if (!entry) return undefined;
      entries.delete(key);
      entries.set(key, entry);
      return entry.value;
    },
    set: (key, value, characters) => {
      const size = Math.max(characters, LEAST);
      forget(key);
      entries.set(key, { value, size });
      total += size;
      for (const oldest of entries.keys()) {
        if (total <= limit) break;
        forget(oldest);
      }
    },
  };
}

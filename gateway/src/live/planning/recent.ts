export interface Recent<T> {
  get(key: string): T | undefined;
  set(key: string, value: T, size: number): void;
}

/** In characters of documents; what is made of one takes some ten times as many bytes. */
const LIMIT = 2_000_000;

/** Remembers what was used last, by its size rather than its number: a document may be as long as a body. */
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
    set: (key, value, size) => {
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

const LIFETIME_MS = 60 * 60_000;
const AGAIN_AFTER_MS = 60_000;

/**
 * Remembers for an hour what a provider publishes of itself, from the first time that it is needed. While it cannot
 * be read again, what is known stays good; callers who come at once share one request.
 */
export function remember<T>(read: () => Promise<T>, now: () => number = Date.now): () => Promise<T> {
  let known: { value: T; until: number } | undefined;
  let reading: Promise<T> | undefined;

  return async () => {
    if (known && now() < known.until) return known.value;
    reading ??= read().finally(() => {
      reading = undefined;
    });
    try {
      const value = await reading;
      known = { value, until: now() + LIFETIME_MS };
      return value;
    } catch (error) {
      if (!known) throw error;
      known.until = now() + AGAIN_AFTER_MS;
      return known.value;
    }
  };
}

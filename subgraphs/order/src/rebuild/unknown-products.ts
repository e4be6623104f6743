const REMEMBERED_MS = 5_000;
const MOST = 10_000;

/** Ids that catalog did not know a moment ago, so that a flood of made-up ones does not reach it. */
export function openUnknownProducts(now: () => number = Date.now) {
  const until = new Map<string, number>();
  return {
    has: (productId: string): boolean => (until.get(productId) ?? 0) > now(),
    remember: (productId: string): void => {
      const oldest = until.keys().next();
      if (until.size >= MOST && !oldest.done) until.delete(oldest.value);
      until.set(productId, now() + REMEMBERED_MS);
    },
    forget: (productId: string): void => {
      until.delete(productId);
    },
  };
}

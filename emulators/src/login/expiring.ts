import { randomBytes } from 'node:crypto';

export interface Expiring<T> {
  /** Keeps a value under a new secret key; when full, the oldest is forgotten. */
  put(value: T): string;
  get(key: string): T | undefined;
  /** How long it still lives, in ms; 0 when it is gone. */
  leftMs(key: string): number;
  delete(key: string): void;
  size(): number;
}

/** Values that live for `ttlMs`, `max` of them at most. */
export function openExpiring<T>(now: () => Date, ttlMs: number, max: number): Expiring<T> {
  const kept = new Map<string, { value: T; expiresAt: number }>();

  function leftMs(key: string): number {
    return Math.max(0, (kept.get(key)?.expiresAt ?? 0) - now().getTime());
  }

  /** All live equally long, so that the first that were put are the first to go. */
  function makeRoom(): void {
    for (const key of kept.keys()) {
      if (kept.size < max && leftMs(key) > 0) return;
      kept.delete(key);
    }
  }

  return {
    put(value) {
      makeRoom();
      const key = randomBytes(32).toString('base64url');
      kept.set(key, { value, expiresAt: now().getTime() + ttlMs });
      return key;
    },
    get: (key) => (leftMs(key) > 0 ? kept.get(key)?.value : undefined),
    leftMs,
    delete: (key) => void kept.delete(key),
    size: () => kept.size,
  };
}

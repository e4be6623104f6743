/** What each key has open at a time. */
export interface Shares {
  /** Counts one more. @returns false where there are as many as there may be */
  take(key: string): boolean;
  give(key: string): void;
}

/** A key that has nothing open is not kept, so that there are never more keys than there is open. */
export function openShares(most: number): Shares {
  const open = new Map<string, number>();
  return {
    take: (key) => {
      const count = open.get(key) ?? 0;
      if (count >= most) return false;
      open.set(key, count + 1);
      return true;
    },
    give: (key) => {
      const count = open.get(key) ?? 0;
      if (count > 1) open.set(key, count - 1);
      else open.delete(key);
    },
  };
}

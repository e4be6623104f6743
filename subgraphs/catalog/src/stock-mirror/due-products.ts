import type { Database } from '@stampede/shared/database';

export interface DueProducts {
  /** This one has changed. */
  add(id: string): void;
  /** Anything may have changed. */
  addEverything(): void;
  /** What to look at now, once each: changed products, and the next of the sweep. */
  take(): Promise<{ ids: string[]; isMore: boolean }>;
}

/** Ids that are kept at most; with more of them everything counts as changed. */
const MOST_CHANGED = 10_000;
/** So many at once, when there are more than can be looked at in one round trip without holding up others. */
const BATCH = 1_000;
/** The cost of a quiet second, however many products there are. */
const SWEEP = 200;
const START = '00000000-0000-0000-0000-000000000000';

interface SweptRow {
  id: string;
  is_live: boolean;
}

/** Which products are due for a look, in bounded memory. */
export function openDueProducts(database: Database): DueProducts {
  const changed = new Set<string>();
  /** The sweep is after this product; it hurries while everything counts as changed. */
  let after = START;
  let hurries = false;

  function addEverything(): void {
    changed.clear();
    after = START;
    hurries = true;
  }

  /** Pages through all products, and leaves out those whose sale has been over for so long that nothing is held. */
  async function sweep(): Promise<string[]> {
    const from = after;
    const limit = hurries ? BATCH : SWEEP;
    const rows = await database.query<SweptRow>(
      `SELECT id, closes_at IS NULL OR closes_at > now() - interval '1 day' AS is_live
       FROM product WHERE id > $1 ORDER BY id LIMIT $2`,
      [from, limit],
    );
    // Elsewhere by now: everything has changed meanwhile, and it begins anew.
    if (after === from) {
      const isLast = rows.length < limit;
      after = isLast ? START : (rows.at(-1)?.id ?? START);
      if (isLast) hurries = false;
    }
    return rows.filter((row) => row.is_live).map(({ id }) => id);
  }

  return {
    add: (id) => {
      if (changed.size >= MOST_CHANGED && !changed.has(id)) addEverything();
      changed.add(id);
    },
    addEverything,
    take: async () => {
      const swept = await sweep();
      const ids = new Set(swept);
      for (const id of changed) {
        if (ids.size >= swept.length + BATCH) break;
        ids.add(id);
        changed.delete(id);
      }
      return { ids: [...ids], isMore: hurries || changed.size > 0 };
    },
  };
}

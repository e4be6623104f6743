import { openNewest, type ChangeFeed } from '@stampede/shared/live';
import type { Product } from '../product.entity.js';
import { tellChanges, tellFirst, type TellChangesParts } from './tell-changes.js';
import type { WatchedProduct } from './watched-product.js';

/** Shows everybody who looks at a product how its units fall, with one read of Redis for all of them. */
export interface StockWatcher {
  /**
   * Each product at once, then whenever its stock or its sale's phase changes. A slow reader gets the newest of each.
   * While Redis is away the stream stays open, tells phases by the clock, and goes on with what is then.
   */
  watch(products: Iterable<Product>): AsyncIterableIterator<Product>;
  /** How many products somebody looks at. */
  watched(): number;
  /** Ends every stream. */
  close(): Promise<void>;
}

export interface StockWatcherOptions extends TellChangesParts {
  feed: Pick<ChangeFeed, 'watch'>;
}

/** Changes within it are told as one. */
const MERGE_MS = 100;
/** Every watched product is read this often, heard of or not: an announcement may have been lost. */
const SWEEP_MS = 1_000;

export function openStockWatcher(options: StockWatcherOptions): StockWatcher {
  const { feed, log } = options;
  const watched = new Map<string, WatchedProduct>();
  const streams = new Set<AsyncIterableIterator<Product>>();
  /** Readings for first viewers, which wait for no round. */
  const beginnings = new Set<Promise<void>>();
  /** To be read with the next round of changes; to be read at once. */
  const changed = new Set<string>();
  const urgent = new Set<string>();
  let nextRoundAt = 0;
  let nextSweepAt = 0;
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let failing = false;
  let closed = false;

  /** One timer, for whatever is due first. */
  function schedule(): void {
    clearTimeout(timer);
    if (closed || running || watched.size === 0) return;
    timer = setTimeout(work, Math.max(0, nextWorkAt() - performance.now()));
  }

  function nextWorkAt(): number {
    if (urgent.size > 0) return 0;
    let at = Math.min(nextSweepAt, changed.size > 0 ? nextRoundAt : Infinity);
    for (const { phaseChangesAt } of watched.values()) at = Math.min(at, phaseChangesAt);
    return at;
  }

  function work(): void {
    const now = performance.now();
    for (const [id, product] of watched) {
      if (product.phaseChangesAt > now) continue;
      urgent.add(id);
      // Until it has been read; should that fail, the sweep reads it.
      product.phaseChangesAt = Infinity;
    }
    if (now >= nextSweepAt) {
      for (const id of watched.keys()) changed.add(id);
      nextSweepAt = now + SWEEP_MS;
    }
    const ids = new Set(urgent);
    urgent.clear();
    const isRound = now >= nextRoundAt && changed.size > 0;
    if (isRound) {
      for (const id of changed) ids.add(id);
      changed.clear();
    }
    running = round([...ids]).finally(() => {
      running = undefined;
      if (isRound) nextRoundAt = performance.now() + MERGE_MS;
      schedule();
    });
  }

  async function round(ids: string[]): Promise<void> {
    try {
      if (ids.length > 0) await tellChanges(options, watched, ids);
      failing = false;
    } catch (error) {
      fail(error);
    }
  }

  /** Says it once. The next sweep comes back to every product, and the feed as soon as it is heard again. */
  function fail(error: unknown): void {
    if (!failing) log.warn({ err: error }, 'live stock stands still');
    failing = true;
  }

  function hear(id: string): void {
    if (changed.has(id) || !watched.has(id)) return;
    changed.add(id);
    schedule();
  }

  function look(product: Product, tell: (product: Product) => void): void {
    const known = watched.get(product.id);
    if (known) {
      known.viewers.add(tell);
      if (known.sent) tell(known.sent);
      return;
    }
    const begun: WatchedProduct = {
      product,
      viewers: new Set([tell]),
      feed: feed.watch([product.id], hear),
      clockAhead: 0,
      phaseChangesAt: Infinity,
      readAgain: () => hear(product.id),
      rereading: false,
    };
    watched.set(product.id, begun);
    const beginning = tellFirst(options, begun)
      .catch(fail)
      .finally(() => {
        beginnings.delete(beginning);
        schedule();
      });
    beginnings.add(beginning);
  }

  function lookAway(id: string, tell: (product: Product) => void): void {
    const known = watched.get(id);
    known?.viewers.delete(tell);
    if (!known || known.viewers.size > 0) return;
    known.feed.close();
    for (const set of [watched, changed, urgent]) set.delete(id);
  }

  return {
    watch: (products) => {
      const ids = new Set<string>();
      const newest = openNewest<Product>(() => {
        streams.delete(newest.stream);
        for (const id of ids) lookAway(id, tell);
        schedule();
      });
      const tell = (product: Product): void => newest.put(product.id, product);
      streams.add(newest.stream);
      for (const product of products) {
        ids.add(product.id);
        look(product, tell);
      }
      schedule();
      return newest.stream;
    },
    watched: () => watched.size,
    close: async () => {
      closed = true;
      clearTimeout(timer);
      for (const stream of streams) await stream.return?.();
      await Promise.all([running, ...beginnings]);
    },
  };
}

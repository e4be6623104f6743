import { repeat } from '@stampede/shared/background';
import type { Database } from '@stampede/shared/database';
import { openNewest, type ChangeFeed, type Newest, type Watch } from '@stampede/shared/live';
import type { Log } from '@stampede/shared/telemetry';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OrderRow } from '../order-row.js';
import { orderOf } from '../order-view.js';
import type { Order } from '../order.entity.js';
import { findChanged, readVersions, type VersionedRow } from './versions.js';

/** Shows orders, as they change, to those who follow them: one statement for all that changed in a tenth of a second. */
export interface FollowedOrders {
  /**
   * The order at once, then whenever it or a payment of it may have changed, ten times a second at most. An equal order
   * comes again: its payments are read elsewhere, for each event. A slow reader gets the newest.
   */
  follow(orderId: string): AsyncIterableIterator<Order>;
  close(): Promise<void>;
}

interface Followed {
  streams: Set<Newest<Order>>;
  watch: Watch;
  /** What was shown last. */
  version?: number;
}

export interface FollowedOrdersOptions {
  database: Database;
  feed: Pick<ChangeFeed, 'watch'>;
  log: Log;
}

const MERGE_MS = 100;
/** For a change whose process died before it could announce it. */
const SWEEP_MS = 1_000;

export function openFollowedOrders({ database, feed, log }: FollowedOrdersOptions): FollowedOrders {
  const closing = new AbortController();
  const { signal } = closing;
  const followed = new Map<string, Followed>();
  const due = new Set<string>();
  let reading: Promise<void> | undefined;
  let failing = false;
  // The subscription stands before anyone needs it.
  feed.watch([], hear);

  function hear(id: string): void {
    if (!followed.has(id) || signal.aborted) return;
    due.add(id);
    reading ??= readDue();
  }

  async function readDue(): Promise<void> {
    while (due.size > 0 && !signal.aborted) {
      // What changes in the same turn is read by the same statement.
      await pause(0);
      const ids = [...due];
      due.clear();
      const shown = await attempt(async () => show(await readVersions(database, ids)));
      // No sweep would find a change that is not of the order's own row.
      if (!shown) ids.filter((id) => followed.has(id)).forEach((id) => due.add(id));
      await pause(shown ? MERGE_MS : SWEEP_MS);
    }
    reading = undefined;
  }

  function show(rows: readonly (OrderRow & VersionedRow)[]): void {
    for (const row of rows) {
      const known = followed.get(row.id);
      if (!known) continue;
      known.version = row.version;
      const order = orderOf(row);
      for (const stream of known.streams) stream.put(row.id, order);
    }
  }

  async function sweep(): Promise<number> {
    const shown = [...followed].map(([id, { version }]) => ({ id, version: version ?? 0 }));
    if (shown.length > 0) await attempt(async () => (await findChanged(database, shown)).forEach(hear));
    return SWEEP_MS;
  }

  /** With the database away, streams stay open, and go on with what is then. @returns whether it was done */
  async function attempt(work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      failing = false;
      return true;
    } catch (error) {
      if (!failing) log.warn({ err: error }, 'followed orders stand still');
      failing = true;
      return false;
    }
  }

  async function pause(ms: number): Promise<void> {
    try {
      await sleep(ms, undefined, { signal });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  function forget(id: string, stream: Newest<Order>): void {
    const known = followed.get(id);
    if (!known?.streams.delete(stream) || known.streams.size > 0) return;
    known.watch.close();
    followed.delete(id);
    due.delete(id);
  }

  const sweeping = repeat(sweep);

  return {
    follow: (orderId) => {
      const id = orderId.toLowerCase();
      const stream: Newest<Order> = openNewest(() => forget(id, stream));
      const known = followed.get(id) ?? { streams: new Set(), watch: feed.watch([id], hear) };
      followed.set(id, known);
      known.streams.add(stream);
      hear(id);
      return stream.stream;
    },
    close: async () => {
      closing.abort();
      const streams = [...followed.values()].flatMap((known) => [...known.streams]);
      for (const { stream } of streams) await stream.return?.();
      await Promise.all([reading, sweeping.close()]);
    },
  };
}

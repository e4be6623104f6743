import type { Database } from '@stampede/shared/database';
import type { LoadedOrder } from '@stampede/shared/inventory';
import type { ServiceClient } from '@stampede/shared/subgraph';
import { readOrderPage, type KnownOrder } from './standing-orders.js';
import { fetchBookPage, type BookLine } from './stock-truth.js';

/** As many as catalog tells at once. */
const PAGE = 5_000;
/** Below the id of every order, above that of every order. */
const FIRST_ID = '00000000-0000-0000-0000-000000000000';
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

export interface TruthSources {
  database: Database;
  catalog: ServiceClient;
  /** Lines of either side in memory at once. */
  pageSize?: number;
}

/**
 * Between steps 3 and 4: the union of what order and catalog know of a product's orders, in the order of their ids,
 * a page of both sides in memory at a time. Catalog's word wins: what it committed is sold, whatever order says, and
 * what it has unsold is gone.
 *
 * The pages have no snapshot in common, and need none: what changes after both epochs were raised has an effect of
 * the new epoch, which waits for the hash that is loaded from them. For each range of ids order is read first, and
 * then catalog: an order whose commit was missed is then among those of order, and held, until its effect comes.
 */
export async function* uniteTruths(
  { database, catalog, pageSize = PAGE }: TruthSources,
  productId: string,
): AsyncGenerator<LoadedOrder> {
  let after = FIRST_ID;
  while (after !== LAST_ID) {
    const page = await readOrderPage(database, productId, { after, first: pageSize });
    const upTo = page.length < pageSize ? LAST_ID : (page.at(-1) as KnownOrder).orderId;
    const known = new Map(page.map((order) => [order.orderId, order]));
    for await (const lines of readBook(catalog, productId, { after, upTo, pageSize })) {
      yield* decide(known, lines);
      for (const { orderId } of lines) known.delete(orderId);
    }
    // Of these catalog has not heard yet.
    for (const { state, ...order } of known.values()) if (state) yield { ...order, state };
    after = upTo;
  }
}

/** Catalog's lines of a range of ids. What a page tells beyond it is read again, after order's side of that. */
async function* readBook(
  catalog: ServiceClient,
  productId: string,
  { after, upTo, pageSize }: { after: string; upTo: string; pageSize: number },
): AsyncGenerator<BookLine[]> {
  let last = after;
  for (;;) {
    const page = await fetchBookPage(catalog, productId, { after: last, first: pageSize });
    yield page.filter(({ orderId }) => orderId <= upTo);
    const end = page.at(-1)?.orderId;
    if (end === undefined || end >= upTo || page.length < pageSize) return;
    last = end;
  }
}

function decide(known: ReadonlyMap<string, KnownOrder>, lines: readonly BookLine[]): LoadedOrder[] {
  return lines.flatMap((line): LoadedOrder[] => {
    const order = known.get(line.orderId);
    // Ended in order, and not yet taken back by catalog: still sold.
    if (line.status === 'COMMITTED') return [{ ...(order ?? soldElsewhere(line)), state: 'sold' }];
    // Its commit and its return may both have come since the epoch was stored: their effects find it ended.
    return order ? [{ ...order, state: 'ended' }] : [];
  });
}

/** Sold by catalog, and unknown here: order's tables are older than catalog's (a restored backup). */
const soldElsewhere = ({
  orderId,
  buyerId,
  quantity,
  epoch,
  serial,
}: BookLine): Omit<LoadedOrder, 'state'> => ({
  orderId,
  buyerId,
  quantity,
  epoch,
  serial,
  digest: '',
  payBy: 0,
  heldAt: 0,
});

import type { Database } from '@stampede/shared/database';
import type { Inventory, LoadedOrder, StockReading } from '@stampede/shared/inventory';
import type { ServiceClient } from '@stampede/shared/subgraph';
import { uniteTruths } from '../rebuild/unite-truths.js';
import { fetchStockLedger, type StockLedger } from './stock-ledger.js';

export interface StoresToCompare {
  database: Database;
  inventory: Inventory;
  catalog: ServiceClient;
}

/** One thing on which the stores differ, in words that name it the same every time. */
export interface Difference {
  what: string;
  units: number;
}

/** What stood when the stores were compared: `cold`, or its numbers and where they differ. */
export type Comparison =
  | { kind: 'no-such-product' }
  | { kind: 'cold' }
  | { kind: 'compared'; reading: StockReading; differences: Difference[] };

/** A checkout is over long before; what it left behind without an order is swept up by then. */
const GRACE_MS = 30_000;
/** Orders to a round trip. */
const CHUNK = 1_000;

/**
 * Compares a product's stores by order id, a page at a time. Nothing stands still meanwhile, so that a difference
 * may be one of time only: who wants to be certain compares again, and takes what is there both times.
 *
 * @param graceMs entries of Redis that are younger are left out: their orders are being written down.
 */
export async function compareStores(
  stores: StoresToCompare,
  productId: string,
  graceMs = GRACE_MS,
): Promise<Comparison> {
  const { inventory, catalog } = stores;
  const [before] = await inventory.read([productId]);
  if (!before)
    return (await fetchStockLedger(catalog, productId)) ? { kind: 'cold' } : { kind: 'no-such-product' };
  const young = (await inventory.now()) - graceMs;

  const { differences, agreed } = await compareOrders(stores, productId, young);
  const sums = await compareRest(inventory, productId, { agreed, young });
  const unitsByBuyer = await inventory.unitsByBuyer(productId);
  const ledger = await fetchStockLedger(catalog, productId);
  if (!ledger) return { kind: 'no-such-product' };
  const pending = new Set([...ledger.pending, ...(await readPending(stores.database, productId))]);
  const [after] = await inventory.read([productId]);
  if (!after) return { kind: 'cold' };

  const found = [...differences, ...sums.differences].filter(({ orderId }) => !pending.has(orderId));
  const rest = isSame(before, after) ? compareSums(after, sums, unitsByBuyer) : [];
  const all = [
    ...found,
    ...rest,
    ...compareSettings(after, ledger),
    ...unequal('the sum', after.available + after.held + after.sold, after.total),
  ];
  // A rebuild has put something else in place of what was compared.
  return { kind: 'compared', reading: after, differences: after.epoch === before.epoch ? all : [] };
}

/** Of two versions none may be on its way: by an effect, or by a rebuild that Redis has not published yet. */
function compareSettings({ total, epoch, settings }: StockReading, ledger: StockLedger): Difference[] {
  const ofTotal = unequal('the total', total, ledger.total);
  if (settings.version === ledger.version) return ofTotal;
  if (ledger.settingsPending || ledger.epoch !== epoch) return [];
  const what = `the settings: version ${settings.version} in Redis, ${ledger.version} in PostgreSQL`;
  return [{ what, units: Math.max(1, Math.abs(total - ledger.total)) }];
}

interface OrderDifference extends Difference {
  orderId: string;
}

/** What a rebuild would load, against what stands. */
async function compareOrders(
  { database, inventory, catalog }: StoresToCompare,
  productId: string,
  young: number,
): Promise<{ differences: OrderDifference[]; agreed: Set<string> }> {
  const differences: OrderDifference[] = [];
  const agreed = new Set<string>();
  for await (const orders of chunksOf(uniteTruths({ database, catalog }, productId))) {
    const entries = await inventory.entriesOf(
      productId,
      orders.map(({ orderId }) => orderId),
    );
    orders.forEach((order, index) => {
      const entry = entries[index];
      if (entry && nameOf(entry) === nameOf(order)) return agreed.add(order.orderId);
      const { orderId, quantity } = order;
      // An id that was held anew after its order had ended: under another name, and soon not at all.
      const isOver = !entry || entry.state === 'ended' || entry.heldAt > young;
      if (order.state === 'ended' && isOver) return agreed.add(orderId);
      const known = entry ? nameOf(entry) : 'unknown';
      differences.push({
        orderId,
        what: `order ${orderId}: ${known} in Redis, ${nameOf(order)} in PostgreSQL`,
        units: Math.max(quantity, entry?.state === 'ended' ? 0 : (entry?.quantity ?? 0)),
      });
      return agreed.add(orderId);
    });
  }
  return { differences, agreed };
}

interface Sums {
  held: number;
  sold: number;
  byBuyer: Map<string, number>;
}

/** What stands and a rebuild would not load; and what all that stands adds up to. */
async function compareRest(
  inventory: Inventory,
  productId: string,
  { agreed, young }: { agreed: ReadonlySet<string>; young: number },
): Promise<Sums & { differences: OrderDifference[] }> {
  const differences: OrderDifference[] = [];
  const units = { held: 0, sold: 0 };
  const byBuyer = new Map<string, number>();
  const seen = new Set<string>();
  for await (const entries of inventory.entries(productId)) {
    for (const entry of entries) {
      const { orderId, state, quantity, buyerId, heldAt } = entry;
      if (state === 'ended' || seen.has(orderId)) continue;
      seen.add(orderId);
      units[state] += quantity;
      byBuyer.set(buyerId, (byBuyer.get(buyerId) ?? 0) + quantity);
      if (agreed.has(orderId) || heldAt > young) continue;
      const what = `order ${orderId}: ${nameOf(entry)} in Redis, none in PostgreSQL`;
      differences.push({ orderId, what, units: quantity });
    }
  }
  return { ...units, byBuyer, differences };
}

function compareSums(
  reading: StockReading,
  sums: Sums,
  unitsByBuyer: ReadonlyMap<string, number>,
): Difference[] {
  const buyers = new Set([...sums.byBuyer.keys(), ...unitsByBuyer.keys()]);
  return [
    ...unequal('held', reading.held, sums.held),
    ...unequal('sold', reading.sold, sums.sold),
    ...[...buyers].flatMap((buyerId) =>
      unequal(`buyer ${buyerId}`, unitsByBuyer.get(buyerId) ?? 0, sums.byBuyer.get(buyerId) ?? 0),
    ),
  ];
}

const unequal = (what: string, told: number, counted: number): Difference[] =>
  told === counted
    ? []
    : [{ what: `${what}: ${told}, and adds up to ${counted}`, units: Math.abs(told - counted) }];

/** Everything of an order that has to be the same in both stores. */
const nameOf = ({
  state,
  quantity,
  buyerId,
  epoch,
  serial,
}: Omit<LoadedOrder, 'digest' | 'payBy' | 'heldAt'>) =>
  `${state} ${quantity} of buyer ${buyerId} as ${epoch}/${serial}`;

/** Nothing has been held, sold or given back in between; nor one unit given back and held by somebody else. */
const isSame = (a: StockReading, b: StockReading) =>
  (['epoch', 'serial', 'available', 'held', 'sold'] as const).every((field) => a[field] === b[field]);

/** Orders whose end Redis has not heard of yet. */
async function readPending(database: Database, productId: string): Promise<string[]> {
  const rows = await database.query<{ order_id: string }>(
    'SELECT DISTINCT order_id FROM stock_effect WHERE product_id = $1 AND order_id IS NOT NULL',
    [productId],
  );
  return rows.map(({ order_id }) => order_id);
}

async function* chunksOf<T>(items: AsyncIterable<T>): AsyncGenerator<T[]> {
  let chunk: T[] = [];
  for await (const item of items) {
    chunk.push(item);
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}

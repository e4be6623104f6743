import type { Database } from '@stampede/shared/database';
import { lockStockExclusively, type LoadedOrder, type LoadedProduct } from '@stampede/shared/inventory';
import { productChanged } from '@stampede/shared/messages';
import type { ServiceClient } from '@stampede/shared/subgraph';
import { storeListing } from '../listing/store-listing.js';

/** What catalog answers in step 3; it documents the fields. */
export interface StockTruth {
  total: number;
  version: number;
  opensAt: number;
  closesAt: number | null;
  limitPerBuyer: number;
  holdMinutes: number;
  paused: boolean;
  listing: string;
  committed: { orderId: string; buyerId: string; quantity: number; epoch: number; serial: number }[];
  returned: string[];
}

/** An order line of a product as order knows it. */
export type StandingOrder = Omit<LoadedOrder, 'state'>;

/**
 * Step 1. Waits until every change of the product's stock that is under way has committed, and raises the epoch:
 * what commits from here on carries the new one, and waits for the hash that this rebuild will load.
 *
 * @param above the epoch of the hash that stands in Redis, should it be ahead of PostgreSQL (a restored backup).
 */
export function raiseEpoch(database: Database, productId: string, above: number): Promise<number> {
  return database.transaction(async (tx) => {
    await lockStockExclusively(tx, productId);
    const [row] = await tx.query<{ epoch: number }>(
      `INSERT INTO listing (product_id, epoch) VALUES ($1, $2 + 1)
       ON CONFLICT (product_id) DO UPDATE SET epoch = greatest(listing.epoch, $2) + 1 RETURNING epoch`,
      [productId, above],
    );
    if (!row) throw new Error('an upsert returned nothing');
    return row.epoch;
  });
}

const STANDING = `
  SELECT orders.id AS "orderId", orders.buyer_id AS "buyerId", orders.digest, line.quantity, hold.epoch, hold.serial,
    floor(extract(epoch FROM orders.pay_by) * 1000)::bigint AS "payBy",
    floor(extract(epoch FROM orders.placed_at) * 1000)::bigint AS "heldAt"
  FROM order_line line
  JOIN orders ON orders.id = line.order_id
  JOIN hold ON hold.order_id = line.order_id AND hold.product_id = line.product_id AND hold.state = 'PLACED'
  WHERE line.product_id = $1`;

/** Step 2. Every order that holds or owns units of the product; delivered ones too, for the buyers' limits. */
export function readStandingOrders(database: Database, productId: string): Promise<StandingOrder[]> {
  return database.query<StandingOrder>(
    `${STANDING} AND orders.status NOT IN ('EXPIRED', 'CANCELLED', 'REFUNDED')`,
    [productId],
  );
}

/** Step 3. Catalog stores the epoch and tells its truth; null when its epoch is not older. */
export async function fetchStockTruth(
  catalog: ServiceClient,
  productId: string,
  epoch: number,
  requestId: string,
): Promise<StockTruth | null> {
  const { stockTruth } = await catalog.ask<{ stockTruth: StockTruth | null }>(
    `mutation ($productId: ID!, $epoch: SafeInt!) {
      stockTruth(productId: $productId, epoch: $epoch) {
        total version opensAt closesAt limitPerBuyer holdMinutes paused listing returned
        committed { orderId buyerId quantity epoch serial }
      }
    }`,
    { productId, epoch },
    requestId,
  );
  return stockTruth;
}

/**
 * Between steps 3 and 4: the union of both. Catalog's word wins: what it committed is sold, whatever order says,
 * and what it has unsold is gone. Order's listing is refreshed on the way.
 */
export async function uniteTruths(
  database: Database,
  productId: string,
  epoch: number,
  standing: readonly StandingOrder[],
  truth: StockTruth,
): Promise<LoadedProduct> {
  await storeListing(database, productChanged.schema.parse(JSON.parse(truth.listing)));
  const committed = new Set(truth.committed.map(({ orderId }) => orderId));
  const returned = new Set(truth.returned);
  const known = new Set(standing.map(({ orderId }) => orderId));
  // Ended in order, and not yet taken back by catalog: still sold.
  const endedButSold = await database.query<StandingOrder>(`${STANDING} AND orders.id = ANY($2)`, [
    productId,
    [...committed].filter((orderId) => !known.has(orderId)),
  ]);
  const ours = [...standing, ...endedButSold];
  for (const { orderId } of endedButSold) known.add(orderId);
  const orders = [...ours, ...soldElsewhere(truth, known)]
    .filter(({ orderId }) => !returned.has(orderId))
    .map((order) => ({
      ...order,
      state: committed.has(order.orderId) ? ('sold' as const) : ('held' as const),
    }));
  const { version, opensAt, closesAt, limitPerBuyer, holdMinutes, paused, total } = truth;
  const settings = { version, opensAt, closesAt, limitPerBuyer, holdMinutes, paused, total };
  return { productId, epoch, settings, orders };
}

/** Sold by catalog, and unknown here: order's tables are older than catalog's (a restored backup). */
const soldElsewhere = ({ committed }: StockTruth, known: ReadonlySet<string>): StandingOrder[] =>
  committed
    .filter(({ orderId }) => !known.has(orderId))
    .map((sold) => ({ ...sold, digest: '', payBy: 0, heldAt: 0 }));

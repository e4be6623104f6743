import { columnsOf, type Database, type Transaction } from '@stampede/shared/database';
import { appendStockEffect, lockStock, type HoldName } from '@stampede/shared/inventory';
import { orderPlaced, type RefundPolicyTerms } from '@stampede/shared/messages';
import { appendToOutbox } from '@stampede/shared/messaging';
import { takeFromCart } from '../cart/take-from-cart.js';
import { recordEvent, OrderStatus } from '../order-status.js';
import { keepAddress } from '../shipping-address/kept-address.js';
import { ORDER_COLUMNS, heldLines, readLines, type OrderRow } from '../order-row.js';
import type { BasketLine } from './basket.js';

export interface Hold extends BasketLine, HoldName {
  payBy: Date;
  /** The least version of the product's listing that the order may copy. */
  terms: number;
}

export interface Placement {
  orderId: string;
  buyerId: string;
  digest: string;
  /** Whether what is bought has to be in the buyer's cart. */
  fromCart: boolean;
  holds: readonly Hold[];
  /** Where the parcel goes, sealed for this order. */
  address?: Buffer;
}

export type PlaceAnswer =
  /** It stands: placed now, or before by the same key. `forgotten`: products of which Redis lost its holds. */
  | { kind: 'stands'; order: OrderRow; isNew: boolean; forgotten: string[] }
  | { kind: 'conflict' }
  /**
   * Nothing was written: the hold was not given in the product's epoch, or Redis has forgotten who else has it; `epoch`
   * is the least that will do.
   */
  | { kind: 'epoch-passed'; productId: string; epoch: number }
  /** Nothing was written: what lines would copy of these products has changed, and has not come here yet. */
  | { kind: 'listing-behind'; productIds: string[] }
  /** Nothing was written: the cart that was bought does not hold all of it any more. */
  | { kind: 'cart-changed' }
  /** Nothing was written: this order abandoned that very hold before. */
  | { kind: 'abandoned-before'; hold: Hold };

interface Listing {
  product_id: string;
  version: number;
  epoch: number;
  seller_id: string;
  name: string;
  unit_price: number;
  refund_policy: RefundPolicyTerms;
}

const LISTING_COLUMNS = columnsOf<Listing>('listing', {
  product_id: true,
  version: true,
  epoch: true,
  seller_id: true,
  name: true,
  unit_price: true,
  refund_policy: true,
});

/** Undoes the transaction and is the answer. */
class NotPlaced extends Error {
  constructor(readonly answer: PlaceAnswer) {
    super(answer.kind);
  }
}

/** Writes the order under the holds that Redis gave, all in one transaction; the first of one id wins. */
export async function placeOrder(
  transaction: Database['transaction'],
  placement: Placement,
): Promise<PlaceAnswer> {
  try {
    return await transaction('place-order', (tx) => place(tx, placement));
  } catch (error) {
    if (error instanceof NotPlaced) return error.answer;
    throw error;
  }
}

async function place(tx: Transaction, placement: Placement): Promise<PlaceAnswer> {
  const { orderId, buyerId, digest, fromCart, holds } = placement;
  for (const { productId } of holds) await lockStock(tx, productId);
  const listings = await readListings(tx, holds);
  const total = holds.reduce((sum, hold) => sum + hold.quantity * listingOf(listings, hold).unit_price, 0);
  const payBy = new Date(Math.min(...holds.map((hold) => hold.payBy.getTime())));
  const [placed] = await tx.query<OrderRow & { has_cart: boolean }>(
    `INSERT INTO orders (id, buyer_id, digest, status, total, pay_by)
     VALUES ($1, $2, $3, 'PENDING_PAYMENT', $4, $5) ON CONFLICT (id) DO NOTHING
     RETURNING ${ORDER_COLUMNS}, EXISTS (SELECT FROM cart_line WHERE buyer_id = $2) AS has_cart`,
    [orderId, buyerId, digest, total, payBy],
  );
  if (!placed) return meetStanding(tx, placement, listings);
  const { has_cart, ...order } = placed;
  const behind = holds.filter((hold) => listingOf(listings, hold).version < hold.terms);
  if (behind.length > 0) {
    throw new NotPlaced({ kind: 'listing-behind', productIds: behind.map(({ productId }) => productId) });
  }
  if (has_cart || fromCart) {
    const held = await takeFromCart(tx, buyerId, holds);
    if (fromCart && !held) throw new NotPlaced({ kind: 'cart-changed' });
  }
  if (placement.address) await keepAddress(tx, orderId, placement.address);
  for (const hold of holds) await placeLine(tx, orderId, hold, listingOf(listings, hold));
  await recordEvent(tx, orderId, OrderStatus.PENDING_PAYMENT);
  await appendToOutbox(tx, orderPlaced, {
    orderId,
    buyerId,
    lines: holds.map(({ productId, quantity, epoch, serial }) => ({ productId, quantity, epoch, serial })),
    total,
    payBy: payBy.toISOString(),
  });
  return { kind: 'stands', order, isNew: true, forgotten: [] };
}

async function placeLine(tx: Transaction, orderId: string, hold: Hold, listing: Listing): Promise<void> {
  const { productId, epoch, serial, quantity } = hold;
  if (listing.epoch !== epoch) {
    // Redis ahead of PostgreSQL (a restored backup): only a rebuild above both brings them together.
    const least = Math.max(listing.epoch, epoch + 1);
    throw new NotPlaced({ kind: 'epoch-passed', productId, epoch: least });
  }
  const placed = await tx.run(
    `INSERT INTO hold (product_id, epoch, serial, order_id, state) VALUES ($1, $2, $3, $4, 'PLACED')
     ON CONFLICT (product_id, epoch, serial) DO NOTHING`,
    [productId, epoch, serial, orderId],
  );
  if (placed === 0) throw new NotPlaced(await whoseHold(tx, orderId, hold));
  const { unit_price, name, seller_id, refund_policy } = listing;
  await tx.run(
    `INSERT INTO order_line (order_id, product_id, quantity, unit_price, product_name, seller_id, refund_policy)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [orderId, productId, quantity, unit_price, name, seller_id, JSON.stringify(refund_policy)],
  );
}

async function whoseHold(tx: Transaction, orderId: string, hold: Hold): Promise<PlaceAnswer> {
  const [row] = await tx.query<{ order_id: string }>(
    'SELECT order_id FROM hold WHERE product_id = $1 AND epoch = $2 AND serial = $3',
    [hold.productId, hold.epoch, hold.serial],
  );
  return row?.order_id === orderId
    ? { kind: 'abandoned-before', hold }
    : { kind: 'epoch-passed', productId: hold.productId, epoch: hold.epoch + 1 };
}

/** The id is taken: by this very basket (a retry), or by another one under the same key. */
async function meetStanding(
  tx: Transaction,
  { orderId, digest, holds }: Placement,
  listings: readonly Listing[],
): Promise<PlaceAnswer> {
  const [order] = await tx.query<OrderRow>(`SELECT ${ORDER_COLUMNS} FROM orders WHERE id = $1`, [orderId]);
  if (!order) throw new Error(`order ${orderId} conflicts, and is not there`);
  if (order.digest !== digest) return { kind: 'conflict' };
  const placed = heldLines(await readLines(tx, [orderId]));
  const strangers = holds.filter(
    (hold) => !placed.some(({ epoch, serial, productId }) => isSame(hold, { epoch, serial, productId })),
  );
  if (isOver(order.status)) {
    // Redis held the id anew, not knowing that its order has ended: that hold ends, too.
    for (const hold of strangers) {
      const { epoch } = listingOf(listings, hold);
      await appendStockEffect(tx, { kind: 'end', productId: hold.productId, epoch, orderId, hold });
    }
    return { kind: 'stands', order, isNew: false, forgotten: [] };
  }
  return { kind: 'stands', order, isNew: false, forgotten: strangers.map(({ productId }) => productId) };
}

const isSame = (a: HoldName & { productId: string }, b: HoldName & { productId: string }) =>
  a.productId === b.productId && a.epoch === b.epoch && a.serial === b.serial;

const isOver = (status: OrderStatus) =>
  [OrderStatus.EXPIRED, OrderStatus.CANCELLED, OrderStatus.REFUNDED].includes(status);

function readListings(tx: Transaction, holds: readonly Hold[]): Promise<Listing[]> {
  const ids = holds.map(({ productId }) => productId);
  return tx.query<Listing>(`SELECT ${LISTING_COLUMNS} FROM listing WHERE product_id = ANY($1)`, [ids]);
}

function listingOf(listings: readonly Listing[], { productId }: BasketLine): Listing {
  const listing = listings.find(({ product_id }) => product_id === productId);
  if (!listing) throw new Error(`product ${productId} is held and has no listing`);
  return listing;
}

import type { Database } from '@stampede/shared/database';
import { Unavailable, notFound } from '@stampede/shared/errors';
import type { Inventory, ReserveAnswer } from '@stampede/shared/inventory';
import type { Guard } from '@stampede/shared/redis';
import type { Sealer } from '@stampede/shared/sealing';
import { annotate } from '@stampede/shared/telemetry';
import { CartChanged } from '../cart/cart-changed.js';
import type { OrderRow } from '../order-row.js';
import type { RefreshListing } from '../listing/refresh-listing.js';
import type { Rebuilds } from '../rebuild/rebuilds.js';
import type { FindSavedAddress } from '../shipping-address/find-saved-address.js';
import { giveBack, giveBackNow, undoHold } from './abandon-holds.js';
import type { Attempt } from './attempt.js';
import type { Basket, BasketLine } from './basket.js';
import { orderIdOf } from './order-id.js';
import { placeOrder, type Hold, type PlaceAnswer } from './place-order.js';
import { isRefusal, rejectionOf, type CheckoutRejection } from './rejections.js';
import { settleAddress } from './settle-address.js';
import { anotherBasket, readStanding } from './standing-order.js';

export interface CheckoutParts {
  database: Database;
  inventory: Inventory;
  rebuilds: Rebuilds;
  guard: Pick<Guard, 'inTurn'>;
  refreshListing: RefreshListing;
  findSavedAddress: FindSavedAddress;
  sealer: Sealer;
}

/** `isNew`: placed by this very call, not by an earlier one under the same key. */
export type CheckoutOutcome = { order: OrderRow; isNew: boolean } | { rejection: CheckoutRejection };

/** Each try meets a product that has just been rebuilt or changed, or a hold that has just been undone. */
const MAX_TRIES = 8;

/**
 * Buys a basket: all of its lines are held and an order stands, or nothing has changed.
 *
 * Who is refused costs one round trip to Redis. Who may win takes turns with the same buyer's other requests
 * (never with other buyers), reserves, finds out where the parcel goes, and has the order written down.
 *
 * @throws NOT_FOUND for an unknown product, and for an address that is none of the buyer's; IDEMPOTENCY_CONFLICT, or
 * CartChanged of a cart's basket; Unavailable: then what is held stays so for a while, for the retry.
 */
export async function checkout(
  parts: CheckoutParts,
  buyerId: string,
  idempotencyKey: string,
  basket: Basket,
): Promise<CheckoutOutcome> {
  const orderId = orderIdOf(buyerId, idempotencyKey);
  annotate({ 'stampede.order.id': orderId });
  const attempt: Attempt = { orderId, buyerId, basket, minEpochs: new Map(), given: new Map() };
  const early = await probe(parts, attempt);
  if (early) return early;
  return inBuyersTurn(parts, buyerId, () => buy(parts, attempt));
}

/** Keeps what one buyer's requests do in turns, on whatever devices; advisory, as the guard is. */
export const inBuyersTurn = <T>(
  { guard }: Pick<CheckoutParts, 'guard'>,
  buyerId: string,
  work: () => Promise<T>,
): Promise<T> => guard.inTurn(`checkout:${buyerId}`, { waitMs: 2_000, ttlMs: 5_000 }, work);

/** Answers refusals and repeats; undefined when the basket may win. */
async function probe(parts: CheckoutParts, attempt: Attempt): Promise<CheckoutOutcome | undefined> {
  for (const line of attempt.basket.lines) {
    const answer = await askWarm(parts, attempt, line, 'probe');
    if (answer.kind === 'known') return readStanding(parts.database, attempt);
    if (answer.kind === 'conflict') throw anotherBasket(attempt.basket);
    if (isRefusal(answer)) return { rejection: rejectionOf(line.productId, answer) };
  }
  return undefined;
}

async function buy(parts: CheckoutParts, attempt: Attempt): Promise<CheckoutOutcome> {
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const reserved = await reserveAll(parts, attempt);
    if (!('holds' in reserved)) return reserved;
    await settleAddress(parts, attempt);
    const placed = await placeOrder(parts.database.transaction, {
      ...attempt,
      digest: attempt.basket.digest,
      fromCart: attempt.basket.fromCart,
      ...reserved,
    });
    if (placed.kind === 'stands') {
      for (const productId of placed.forgotten) parts.rebuilds.later(productId);
      return { order: placed.order, isNew: placed.isNew };
    }
    await prepareNextTry(parts, attempt, placed);
  }
  throw new Unavailable(`a stable epoch for order ${attempt.orderId}`);
}

/** Holds every line in Redis, or gives back what was held and says why not. */
async function reserveAll(
  parts: CheckoutParts,
  attempt: Attempt,
): Promise<CheckoutOutcome | { holds: Hold[] }> {
  const holds: Hold[] = [];
  for (const line of attempt.basket.lines) {
    const answer = await askWarm(parts, attempt, line, 'reserve');
    if (answer.kind === 'held' || (answer.kind === 'known' && answer.state === 'held')) {
      const { epoch, serial, payBy, terms } = answer;
      const hold = { ...line, epoch, serial, payBy, terms };
      attempt.given.set(`${line.productId}/${epoch}/${serial}`, hold);
      holds.push(hold);
    } else if (answer.kind === 'known') {
      const standing = await readStanding(parts.database, attempt);
      if (standing) return standing;
      throw new Error(`order ${attempt.orderId} is ${answer.state} in Redis, and is not there`);
    } else {
      await giveBack(parts.database, attempt);
      if (isRefusal(answer)) return { rejection: rejectionOf(line.productId, answer) };
      if (answer.kind === 'conflict') throw anotherBasket(attempt.basket);
      throw new Error(`a reservation was answered ${answer.kind}`);
    }
  }
  return { holds };
}

/** Asks the script, having the product rebuilt as often as it is cold. */
async function askWarm(
  { inventory, rebuilds }: CheckoutParts,
  { orderId, buyerId, basket, minEpochs }: Attempt,
  { productId, quantity }: BasketLine,
  mode: 'probe' | 'reserve',
): Promise<ReserveAnswer> {
  const minEpoch = minEpochs.get(productId) ?? 0;
  const request = { productId, orderId, buyerId, quantity, digest: basket.digest, minEpoch };
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const answer = await inventory[mode](request);
    if (answer.kind !== 'cold') return answer;
    if (!(await rebuilds.rebuild(productId, minEpoch))) throw notFound('product');
  }
  throw new Unavailable(`the stock of ${productId}`);
}

/** Mends what kept the order from being placed. */
async function prepareNextTry(
  parts: CheckoutParts,
  attempt: Attempt,
  placed: Exclude<PlaceAnswer, { kind: 'stands' }>,
): Promise<void> {
  switch (placed.kind) {
    case 'conflict':
      await giveBack(parts.database, attempt);
      throw anotherBasket(attempt.basket);
    case 'epoch-passed':
      attempt.minEpochs.set(placed.productId, placed.epoch);
      return;
    case 'cart-changed':
      // What the cart holds by now is bought under the same id, which has to be free.
      await giveBackNow(parts, attempt);
      throw new CartChanged();
    case 'abandoned-before':
      await undoHold(parts.inventory, attempt, placed.hold);
      return;
    case 'listing-behind':
      await Promise.all(placed.productIds.map(parts.refreshListing));
      return;
    default:
      placed satisfies never;
  }
}

import { isUnavailable, notFound } from '@stampede/shared/errors';
import { sealAddress } from '../shipping-address/kept-address.js';
import type { ShippingAddress } from '../shipping-address/shipping-address.js';
import { giveBackNow } from './abandon-holds.js';
import type { Attempt } from './attempt.js';
import type { CheckoutParts } from './checkout.js';

/**
 * Finds out where the parcel goes: once, whatever the number of tries, and only when all units are held, so that nobody
 * who is refused costs the user service a question.
 *
 * @throws NOT_FOUND for an address that is none of the buyer's; what the user service failed with. What is held is given
 * back by then, unless that was Unavailable: then it waits for the retry.
 */
export async function settleAddress(parts: CheckoutParts, attempt: Attempt): Promise<void> {
  const { shipTo } = attempt.basket;
  if (!shipTo || attempt.address) return;
  const address = 'address' in shipTo ? shipTo.address : await findAddress(parts, attempt, shipTo.addressId);
  if (address) attempt.address = sealAddress(parts.sealer, attempt.orderId, address);
}

/** @returns undefined when the order stands already: it has its address, and placing will meet it. */
async function findAddress(
  parts: CheckoutParts,
  attempt: Attempt,
  addressId: string,
): Promise<ShippingAddress | undefined> {
  const { buyerId, orderId } = attempt;
  try {
    const address = await parts.findSavedAddress(buyerId, addressId);
    if (!address) throw notFound('address');
    return address;
  } catch (error) {
    // Asked only now: most winners are no repeats. These do not depend on an address that was removed since.
    if ((await parts.database.query('SELECT FROM orders WHERE id = $1', [orderId])).length > 0)
      return undefined;
    if (!isUnavailable(error)) await giveBackNow(parts, attempt);
    throw error;
  }
}

import { badInput, notFound } from '@stampede/shared/errors';
import { isUuid } from '@stampede/shared/graphql';
import { checkAddress } from '@stampede/shared/input';
import type { ShippingAddress } from '../shipping-address/shipping-address.js';
import type { CheckoutInput } from './checkout-input.js';

/** Where a buyer wants the parcel: at one of their saved addresses, at one that they give, or nowhere said. */
export type ShipTo = { addressId: string } | { address: ShippingAddress } | null;

/** @throws BAD_USER_INPUT; NOT_FOUND for what cannot be a saved address's id. */
export function shipToOf({ addressId, address }: Pick<CheckoutInput, 'addressId' | 'address'>): ShipTo {
  if (address && addressId != null) {
    throw badInput({ path: 'input.address', message: 'cannot be given with addressId.' });
  }
  if (address) {
    // What the person calls it stays with them: no parcel needs it.
    const { label: _, ...parcel } = checkAddress('input.address', address);
    return { address: parcel };
  }
  if (addressId == null) return null;
  if (!isUuid(addressId)) throw notFound('address');
  return { addressId: addressId.toLowerCase() };
}

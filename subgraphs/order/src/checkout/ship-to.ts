import { badInput } from '@stampede/shared/errors';
import { checkAddress, type CheckedAddress } from '@stampede/shared/input';
import type { CheckoutInput } from './checkout-input.js';

/** Where a buyer wants the parcel: at one of their saved addresses, at one that they give, or nowhere said. */
export type ShipTo = { addressId: string } | { address: CheckedAddress } | null;

/** @throws BAD_USER_INPUT */
export function shipToOf({ addressId, address }: Pick<CheckoutInput, 'addressId' | 'address'>): ShipTo {
  if (address && addressId != null) {
    throw badInput({ path: 'input.address', message: 'cannot be given with addressId.' });
  }
  if (address) return { address: checkAddress('input.address', address) };
  return addressId == null ? null : { addressId: addressId.toLowerCase() };
}

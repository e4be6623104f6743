import type { ServiceClient } from '@stampede/shared/subgraph';
import { randomUUID } from 'node:crypto';
import type { ShippingAddress } from './shipping-address.js';

/**
 * One of a person's saved addresses; null when it is none of theirs.
 *
 * @throws Unavailable when the user service is away.
 */
export type FindSavedAddress = (userId: string, addressId: string) => Promise<ShippingAddress | null>;

const QUERY = `query ($userId: ID!, $addressId: ID!) { savedAddress(userId: $userId, addressId: $addressId) {
  recipient phone postalCode line1 line2 } }`;

/** Asks the user service, which keeps people's addresses. */
export const openSavedAddresses =
  (user: ServiceClient): FindSavedAddress =>
  async (userId, addressId) => {
    const { savedAddress } = await user.ask<{ savedAddress: ShippingAddress | null }>(
      QUERY,
      { userId, addressId },
      randomUUID(),
    );
    return savedAddress;
  };

import { randomUUID } from 'node:crypto';
import type { ShippingAddress } from '../src/shipping-address/shipping-address.js';

/** Somewhere that a parcel may go, as a checkout or the user service is given it. */
export const HOME = {
  recipient: '홍길동',
  phone: '010-1234-5678',
  postalCode: '04524',
  line1: '서울특별시 중구 세종대로 110',
  line2: '3층',
};

/** The user service's side of a checkout: people's saved addresses, which may change while a test runs. */
export function openFakeAddresses() {
  const saved = new Map<string, ShippingAddress>();
  const addresses = {
    /** How often it was asked. */
    asked: 0,
    /** What it answers every question with, while it is set. */
    failure: undefined as Error | undefined,
    save: (userId: string, address: ShippingAddress = HOME, id: string = randomUUID()): string => {
      saved.set(`${userId}/${id}`, address);
      return id;
    },
    remove: (userId: string, id: string) => saved.delete(`${userId}/${id}`),
    find: (userId: string, addressId: string): Promise<ShippingAddress | null> => {
      addresses.asked += 1;
      if (addresses.failure) return Promise.reject(addresses.failure);
      return Promise.resolve(saved.get(`${userId}/${addressId}`) ?? null);
    },
  };
  return addresses;
}

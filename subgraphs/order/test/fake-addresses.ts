import { Unavailable } from '@stampede/shared/errors';
import { randomUUID } from 'node:crypto';
import type { ShippingAddress } from '../src/shipping-address/shipping-address.js';

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
    isAway: false,
    save: (userId: string, address: ShippingAddress = HOME, id: string = randomUUID()): string => {
      saved.set(`${userId}/${id}`, address);
      return id;
    },
    find: (userId: string, addressId: string): Promise<ShippingAddress | null> => {
      addresses.asked += 1;
      if (addresses.isAway) return Promise.reject(new Unavailable('user'));
      return Promise.resolve(saved.get(`${userId}/${addressId}`) ?? null);
    },
  };
  return addresses;
}

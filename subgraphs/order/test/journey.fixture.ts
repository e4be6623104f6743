import { expect } from '@jest/globals';
import { eventually, type Buyer } from '@stampede/shared/testing';

const ORDER = `query ($id: ID!) { order(id: $id) {
  number status refunded { amount } refundQuote { amount } timeline { status reason }
  shippingAddress { recipient phone postalCode line1 line2 }
  delivery { carrier trackingNumber shippedAt deliveredAt } } }`;
const HISTORY = `query ($scope: OrderScope!, $filter: OrderFilter) { orders(scope: $scope, filter: $filter) {
  totalCount edges { node {
    id number status total { amount } buyer { name } shippingAddress { recipient } delivery { carrier }
    lines { productId product { name } subtotal { amount } } } } } }`;
const CART = `{ cart { total { amount currency } lines {
  productId quantity product { name sale { phase } stock { available } } } } }`;

/** @returns the answer's data, of a request that nothing is wrong with */
export async function ask(who: Buyer, query: string, variables: object = {}) {
  const { data, errors } = await who.send(query, variables);
  expect(errors).toBeUndefined();
  return data;
}

export const orderAsSeenBy = async (who: Buyer, id: string) => (await ask(who, ORDER, { id })).order;

export const ordersAsSeenBy = async (who: Buyer, scope: string, filter: object = {}) =>
  (await ask(who, HISTORY, { scope, filter })).orders;

/** Waits until a cart shows these products; what it shows of their stock is up to a second old. */
export const seesInCart = (who: Buyer, products: (object | null)[]) =>
  eventually(async () => {
    const { cart } = await ask(who, CART);
    expect((cart.lines as { product: object }[]).map(({ product }) => product)).toEqual(products);
    return cart as { total: object; lines: { productId: string; quantity: number }[] };
  });

import type { Buyer } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { graphqlRequest } from '../load/requests.js';

const CHECKOUT = `mutation ($input: CheckoutInput!) { checkout(input: $input) {
  __typename ... on Rejection { message }
  ... on Order { id number status payBy }
  ... on SoldOut { productId available }
  ... on SaleNotOpen { productId phase opensAt }
  ... on LimitExceeded { productId limit alreadyOrdered } } }`;

/** One buyer's press of “buy”, with a key of its own unless it is given one. */
export function checkoutRequest(
  url: URL,
  { account }: Buyer,
  productId: string,
  idempotencyKey: string = randomUUID(),
): Buffer {
  const input = { lines: [{ productId, quantity: 1 }], idempotencyKey };
  return graphqlRequest(url, { query: CHECKOUT, variables: { input } }, account.accessToken);
}

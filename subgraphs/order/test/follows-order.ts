import type { Buyer, Shop } from '@stampede/shared/testing';
import { openLiveStream } from './live-stream.js';

const FOLLOW = 'subscription ($id: ID!) { orderChanged(id: $id) { status payments { status } } }';

interface Followed {
  orderChanged: { status: string; payments: { status: string }[] };
}

/** Follows an order as its buyer does. */
export const followsOrder = (shop: Shop, viewer: Buyer, id: string) =>
  openLiveStream(shop, { query: FOLLOW, variables: { id }, viewer }, (data) => {
    const { status, payments } = (data as Followed).orderChanged;
    return { status, payments: payments.map((payment) => payment.status) };
  });

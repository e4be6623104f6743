import type { Shop } from '@stampede/shared/testing';
import { openLiveStream } from './live-stream.js';

const WATCH =
  'subscription ($ids: [ID!]!) { stockChanged(productIds: $ids) { stock { total available held sold } } }';

interface Watched {
  stockChanged: { stock: { total: number; available: number; held: number; sold: number } };
}

/** Watches a product's units as anybody may who has its page open. */
export const watchesStock = (shop: Shop, productId: string) =>
  openLiveStream(
    shop,
    { query: WATCH, variables: { ids: [productId] } },
    (data) => (data as Watched).stockChanged.stock,
  );

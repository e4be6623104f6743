import type { Basket } from './basket.js';
import type { Hold } from './place-order.js';

/** One request that buys a basket, through all of its tries. */
export interface Attempt {
  orderId: string;
  buyerId: string;
  basket: Basket;
  /** By product: an older hash than this is as good as none. */
  minEpochs: Map<string, number>;
  /** Every hold that this request was given, in whatever try: what is not bought goes back. */
  given: Map<string, Hold>;
  /** Where the parcel goes, sealed; undefined: nowhere said, or not known yet. */
  address?: Buffer;
}

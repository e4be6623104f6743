import type { Product } from '../product.entity.js';

/** What is told of a product to compare it by. */
export type Compared = Pick<Product, 'id' | 'name' | 'sellerId'>;

/** What somebody else asks for it. Texts are plain, `price` is in won, `url` leads to the offer. */
export interface Offer {
  title: string;
  shop: string;
  price: number;
  url: string;
}

/** Offers as of an instant (ms). */
export interface TimedOffers {
  offers: Offer[];
  asOf: number;
}

/** `degraded`: less, or older, than the source would tell if it worked. Without `asOf` nothing is known. */
export interface Answer {
  offers: Offer[];
  asOf: number | null;
  degraded: boolean;
}

/** Somebody who knows what others ask. It may take its time: whoever asks waits no longer than they can. */
export interface PriceSource {
  /** In logs. */
  name: string;
  /** @throws Error when it can tell nothing and has not logged why. */
  answer(product: Compared): Promise<Answer>;
  close(): Promise<void>;
}

export const NOTHING: Answer = { offers: [], asOf: null, degraded: true };

/** How many offers are asked for, kept and shown, at most. */
export const MOST_OFFERS = 20;

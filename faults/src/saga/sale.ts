import type { Stores } from './stores.js';
import { BEGINNING } from './clock.js';

export interface Sale {
  /** Units of each product. */
  stocks: readonly number[];
  limitPerBuyer: number;
  /** Between two commands the loops go on and messages arrive: so that a purchase comes far; else only when a command says so. */
  isDiligent: boolean;
  /** What comes of the bank's next answers to refunds. */
  refunds: readonly ('told' | 'lost' | 'unheard')[];
}

const idOf = (kind: number, index: number) => `${kind}0000000-0000-4000-8000-00000000000${index}`;
export const productIdOf = (index: number) => idOf(1, index);
export const buyerIdOf = (index: number) => idOf(2, index);

export const HOLD_MINUTES = 1;
const TIERS = JSON.stringify([{ daysBefore: 3, percent: 50 }]);
const DAY_MS = 24 * 60 * 60_000;

/**
 * Puts products on sale. The first one is a ticket whose refund policy gives half back; others are goods, which give back all.
 * Their ids are always the same: what a history does depends on its seed alone.
 */
export async function openSale({ admin }: Stores, { stocks, limitPerBuyer }: Sale): Promise<void> {
  await admin.catalog.run(
    `INSERT INTO product (id, seller_id, name, description, brands, images, price, used_on, refund_tiers, opens_at,
       limit_per_buyer, hold_minutes, total)
     SELECT id::uuid, seller, 'A thing', '', '{}', '{}', price, used_on, tiers, $5, $6, $7, stock
     FROM unnest($1::text[], $2::uuid[], $3::int[], $4::int[], $8::timestamptz[], $9::jsonb[])
       AS sold (id, seller, price, stock, used_on, tiers)`,
    [
      stocks.map((_, index) => productIdOf(index)),
      stocks.map((_, index) => idOf(3, index)),
      stocks.map((_, index) => 10_001 + index),
      stocks,
      new Date(BEGINNING - DAY_MS),
      limitPerBuyer,
      HOLD_MINUTES,
      stocks.map((_, index) => (index === 0 ? new Date(BEGINNING + 5 * DAY_MS) : null)),
      stocks.map((_, index) => (index === 0 ? TIERS : '[]')),
    ],
  );
}

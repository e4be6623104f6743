import { won } from '@stampede/shared/graphql';
import type { ProductChanged } from '@stampede/shared/messages';
import type { Product } from './product.entity.js';

/** What is read of a product: everything but what it is found by. */
export const PRODUCT_COLUMNS = `id, seller_id, name, description, brands, category_id, images, price, used_on,
  time_zone, refund_tiers, version, terms_version, opens_at, closes_at, limit_per_buyer, hold_minutes, paused, total, sold,
  epoch, created_at`;

/** These, as PostgreSQL gives them. */
export interface ProductRow {
  id: string;
  seller_id: string;
  name: string;
  description: string;
  brands: string[];
  category_id: string | null;
  images: string[];
  price: number;
  used_on: Date | null;
  time_zone: string;
  refund_tiers: { daysBefore: number; percent: number }[];
  opens_at: Date;
  closes_at: Date | null;
  limit_per_buyer: number;
  hold_minutes: number;
  paused: boolean;
  version: number;
  terms_version: number;
  total: number;
  sold: number;
  epoch: number;
  created_at: Date;
}

export function productOf(row: ProductRow): Product {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    brands: row.brands,
    images: row.images,
    price: won(row.price),
    refundPolicy: {
      usedOn: row.used_on?.toISOString() ?? null,
      tiers: row.refund_tiers,
      timeZone: row.time_zone,
    },
    timeZone: row.time_zone,
    createdAt: row.created_at,
    sellerId: row.seller_id,
    categoryId: row.category_id,
    settings: {
      version: row.version,
      opensAt: row.opens_at.getTime(),
      closesAt: row.closes_at?.getTime() ?? null,
      limitPerBuyer: row.limit_per_buyer,
      holdMinutes: row.hold_minutes,
      paused: row.paused,
      termsVersion: row.terms_version,
      total: row.total,
    },
    sold: row.sold,
    epoch: row.epoch,
  };
}

/** What order copies into its listing. */
export const productChangedBy = (product: Product): ProductChanged => ({
  productId: product.id,
  sellerId: product.sellerId,
  name: product.name,
  unitPrice: product.price.amount,
  refundPolicy: product.refundPolicy,
  version: product.settings.version,
});

import type { Database, Transaction } from '@stampede/shared/database';
import { appendStockEffect, lockStock, type Inventory } from '@stampede/shared/inventory';
import { productChanged } from '@stampede/shared/messages';
import { appendToOutbox } from '@stampede/shared/messaging';
import type { Log } from '@stampede/shared/telemetry';
import type { SearchColumns } from './browse/search-form.js';
import type { Product } from './product.entity.js';
import { PRODUCT_COLUMNS, productChangedBy, productOf, type ProductRow } from './product-row.js';

/** Columns of `product` that its seller decides, and those that follow from them: a version is one state of them all. */
export const SETTING_COLUMNS = [
  'name',
  'description',
  'brands',
  'category_id',
  'images',
  'price',
  'used_on',
  'time_zone',
  'refund_tiers',
  'opens_at',
  'closes_at',
  'limit_per_buyer',
  'hold_minutes',
  'paused',
  'total',
  'search_text',
  'name_form',
  'brand_keys',
  'search_form',
  'frozen_changed_at',
] as const;

/** What an order line copies of a product. */
const TERMS = ['name', 'price', 'used_on', 'time_zone', 'refund_tiers'] as const;

type SettingColumn = (typeof SETTING_COLUMNS)[number];

/** Some of these columns, with their new values. */
export type SettingsChange = Partial<
  Pick<LockedRow, Extract<SettingColumn, keyof LockedRow>> & SearchColumns
>;

/** A product's row as whoever changes it sees it. */
export type LockedRow = ProductRow & {
  /** When price, limit or hold last changed, by the clock that opens sales; null: not since it was created. */
  frozen_changed_at: Date | null;
};

/** Says what is to change of a product as it stands, locked; undefined when nothing is. May write in `tx`. */
export type DecideChange = (
  product: Product,
  tx: Transaction,
  row: LockedRow,
) => SettingsChange | undefined | Promise<SettingsChange | undefined>;

/**
 * Changes a sale's settings. They travel to Redis as a whole, with their version: whichever comes last wins there,
 * too, in whatever order they arrive.
 */
export async function changeSettings(
  tx: Transaction,
  productId: string,
  decide: DecideChange,
): Promise<Product> {
  await lockStock(tx, productId);
  const [row] = await tx.query<LockedRow>(
    `SELECT ${PRODUCT_COLUMNS}, frozen_changed_at FROM product WHERE id = $1 FOR NO KEY UPDATE`,
    [productId],
  );
  if (!row) throw new Error(`product ${productId} is gone`);
  const standing = productOf(row);
  const change = await decide(standing, tx, row);
  if (!change) return standing;
  const product = await storeSettings(tx, productId, change);
  const { epoch, settings } = product;
  // Epoch 0: never loaded into Redis, and loaded with these settings when it is.
  if (epoch > 0) await appendStockEffect(tx, { kind: 'settings', productId, epoch, settings });
  return product;
}

/** One statement for whatever changes: a connection prepares it once. */
const STORE = `UPDATE product SET
  (${SETTING_COLUMNS.join(', ')}) = (SELECT ${SETTING_COLUMNS.join(', ')} FROM jsonb_populate_record(product, $2)),
  version = version + 1, terms_version = CASE WHEN $3 THEN version + 1 ELSE terms_version END
  WHERE id = $1 RETURNING ${PRODUCT_COLUMNS}`;

/** Stores settings as the next version and tells the other services; Redis is told by whoever calls. */
export async function storeSettings(
  tx: Transaction,
  productId: string,
  change: SettingsChange,
): Promise<Product> {
  const newTerms = TERMS.some((column) => column in change);
  const [row] = await tx.query<ProductRow>(STORE, [productId, JSON.stringify(change), newTerms]);
  if (!row) throw new Error(`product ${productId} is gone`);
  const product = productOf(row);
  await appendToOutbox(tx, productChanged, productChangedBy(product));
  return product;
}

export interface SettingsParts {
  database: Database;
  inventory: Pick<Inventory, 'changeSettings'>;
  log: Log;
}

/**
 * {@link changeSettings} in a transaction of its own, and in Redis by the time that it resolves, so that whoever
 * changed something sees it changed. While the product is being rebuilt they wait in Redis, and are in force from
 * the first buyer of the rebuilt one; until then nobody can place an order. Should Redis be away, the effect's row
 * brings them there later.
 */
export async function changeSettingsAtOnce(
  { database, inventory, log }: SettingsParts,
  { step, productId }: { step: string; productId: string },
  decide: DecideChange,
): Promise<Product> {
  const product = await database.transaction(step, (tx) => changeSettings(tx, productId, decide));
  try {
    if (product.epoch > 0) await inventory.changeSettings(productId, product.epoch, product.settings);
  } catch (error) {
    log.warn({ err: error, productId }, 'changed settings reach Redis later');
  }
  return product;
}

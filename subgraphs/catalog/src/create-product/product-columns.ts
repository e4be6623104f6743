import { DEFAULT_TIME_ZONE, FULL_REFUND } from '@stampede/shared/messages';
import { searchColumnsOf } from '../browse/search-form.js';
import type { SettingsChange } from '../change-settings.js';
import type { ProductRow } from '../product-row.js';
import type { ProductInput } from './product-input.js';
import { timeZoneOf } from './time-zone.js';

/** What somebody says of a product, checked; `undefined` says nothing, and null what leaving it out would mean. */
export type Told = {
  [F in keyof Omit<ProductInput, 'stock' | 'idempotencyKey'>]?: ProductInput[F] | undefined;
};

/** The columns that it means. */
export function columnsOf(told: Told): SettingsChange {
  const columns: SettingsChange = {};
  if (told.name !== undefined) columns.name = told.name.trim();
  if (told.description !== undefined) columns.description = told.description ?? '';
  if (told.brands !== undefined) columns.brands = told.brands.map((brand) => brand.trim());
  if (told.categoryId !== undefined) columns.category_id = told.categoryId?.toLowerCase() ?? null;
  if (told.images !== undefined) columns.images = (told.images ?? []).map(String);
  if (told.price !== undefined) columns.price = told.price;
  if (told.opensAt !== undefined) columns.opens_at = told.opensAt;
  if (told.closesAt !== undefined) columns.closes_at = told.closesAt;
  if (told.limitPerBuyer !== undefined) columns.limit_per_buyer = told.limitPerBuyer ?? 1;
  if (told.holdMinutes !== undefined) columns.hold_minutes = told.holdMinutes ?? 30;
  if (told.usedOn !== undefined) columns.used_on = told.usedOn;
  if (told.timeZone !== undefined) columns.time_zone = timeZoneOf(told.timeZone ?? '') ?? DEFAULT_TIME_ZONE;
  if (told.refundTiers !== undefined) {
    const tiers = told.refundTiers ?? FULL_REFUND.tiers;
    columns.refund_tiers = tiers
      .map(({ daysBefore, percent }) => ({ daysBefore, percent }))
      .toSorted((a, b) => b.daysBefore - a.daysBefore);
  }
  return columns;
}

/** These columns, with those that they are found by when what is looked for changes with them. */
export function findable(columns: SettingsChange, standing?: ProductRow): SettingsChange {
  const { name, brands, description } = columns;
  if (name === undefined && brands === undefined && description === undefined) return columns;
  const {
    name: theName = '',
    brands: theBrands = [],
    description: theDescription = '',
  } = {
    ...standing,
    ...columns,
  };
  return {
    ...columns,
    ...searchColumnsOf({ name: theName, brands: theBrands, description: theDescription }),
  };
}

import type { LoadedOrder, SaleSettings } from '@stampede/shared/inventory';

/** The parts of a product that Redis may lose one by one. */
export const parts = ['stock', 'orders', 'buyers'] as const;
export type Part = (typeof parts)[number];

/** An order's share of a product. */
export type Entry = Omit<LoadedOrder, 'orderId'>;

/** What Redis has to know of a product. Times are the history's own, milliseconds since 1970. */
export interface Stock {
  epoch: number;
  /** Whether it was loaded on the server that answers, and nobody has distrusted it since. */
  trusted: boolean;
  settings: SaleSettings;
  available: number;
  held: number;
  sold: number;
  serial: number;
  /** Whether the last unit has been taken in this epoch. */
  hasSoldOut: boolean;
  entries: Map<string, Entry>;
  lost: Set<Part>;
}

/** Settings that wait for a rebuild to publish the product. */
export interface WaitingSettings {
  epoch: number;
  settings: SaleSettings;
}

export const isWarm = (stock: Stock | undefined): stock is Stock =>
  stock !== undefined && stock.trusted && stock.lost.size === 0;

/** What every buyer holds and owns. */
export function unitsByBuyer(entries: ReadonlyMap<string, Entry>): Map<string, number> {
  const units = new Map<string, number>();
  for (const { state, buyerId, quantity } of entries.values()) {
    if (state !== 'ended') units.set(buyerId, (units.get(buyerId) ?? 0) + quantity);
  }
  return units;
}

/** A product as a rebuild publishes it. */
export function loaded(epoch: number, settings: SaleSettings, entries: ReadonlyMap<string, Entry>): Stock {
  const units = { held: 0, sold: 0, ended: 0 };
  for (const { state, quantity } of entries.values()) units[state] += quantity;
  const { held, sold } = units;
  return {
    epoch,
    trusted: true,
    settings,
    available: settings.total - held - sold,
    held,
    sold,
    serial: 0,
    hasSoldOut: false,
    entries: copyOf(entries),
    lost: new Set(),
  };
}

export const copyOfStock = (stock: Stock): Stock => ({
  ...stock,
  entries: copyOf(stock.entries),
  lost: new Set(stock.lost),
});

const copyOf = (entries: ReadonlyMap<string, Entry>) =>
  new Map([...entries].map(([orderId, entry]) => [orderId, { ...entry }]));

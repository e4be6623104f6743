/** A hold's name: unique in the life of a product, whatever Redis forgets. */
export interface HoldName {
  epoch: number;
  serial: number;
}

/** What a sale goes by. Times are milliseconds since 1970. */
export interface SaleSettings {
  /** Rises with every change; the newest wins. */
  version: number;
  opensAt: number;
  closesAt: number | null;
  limitPerBuyer: number;
  holdMinutes: number;
  paused: boolean;
  /** The version in which what an order line copies (name, price, refund policy) last changed. */
  termsVersion: number;
  /** Units that exist: what is available, held and sold together. */
  total: number;
}

/** An order's share of a product as a rebuild loads it. */
export interface LoadedOrder extends HoldName {
  orderId: string;
  buyerId: string;
  /** `ended`: its id is barred, and it holds nothing. */
  state: 'held' | 'sold' | 'ended';
  quantity: number;
  digest: string;
  payBy: number;
  heldAt: number;
}

/** Everything that Redis knows of one product. */
export interface LoadedProduct {
  productId: string;
  epoch: number;
  settings: SaleSettings;
  /** Each once; may be told page by page. */
  orders: Iterable<LoadedOrder> | AsyncIterable<LoadedOrder>;
}

/** The three hashes of a product; the braces keep them on one node of a Redis Cluster. */
export const keysOf = (namespace: string, productId: string) =>
  ['stock', 'orders', 'buyers'].map((part) => `${namespace}:{p:${productId}}:${part}`) as [
    string,
    string,
    string,
  ];

/** Where settings wait that are of a product that a rebuild is still to publish. */
export const waitingSettingsOf = (namespace: string, productId: string) =>
  `${namespace}:{p:${productId}}:settings`;

/** The settings as fields of the stock hash, in the order that settings.lua takes them. */
export const settingsFields = (settings: SaleSettings) => ({
  version: settings.version,
  opensAt: settings.opensAt,
  closesAt: settings.closesAt ?? 0,
  limit: settings.limitPerBuyer,
  holdMs: settings.holdMinutes * 60_000,
  paused: settings.paused ? 1 : 0,
  total: settings.total,
  // Effects that were written before settings told it have none.
  terms: settings.termsVersion ?? 0,
});

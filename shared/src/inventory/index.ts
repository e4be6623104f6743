export { openInventory } from './inventory.js';
export type { Inventory } from './inventory.js';
export type { LoadAnswer } from './load-product.js';
export type { HoldName, LoadedOrder, LoadedProduct, SaleSettings } from './product.js';
export type { ReserveAnswer, ReserveRequest } from './reserve.js';
export type { StockEntry } from './read-entries.js';
export type { HeldEntry } from './read-held.js';
export type { StockReading } from './read-stock.js';
export {
  appendHoldEffects,
  appendStockEffect,
  applyDueEffects,
  openStockEffects,
  wakeStockEffects,
} from './stock-effects.js';
export type { StockEffect, StockEffects } from './stock-effects.js';
export { lockStock, lockStockExclusively, lockStocks } from './stock-lock.js';
export { stockEffectTables } from './tables.js';

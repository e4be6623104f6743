export { openInventory } from './inventory.js';
export type { Inventory } from './inventory.js';
export type { HoldName, LoadedOrder, LoadedProduct, SaleSettings } from './product.js';
export type { ReserveAnswer, ReserveRequest } from './reserve.js';
export type { StockReading } from './read-stock.js';
export { appendStockEffect, openStockEffects, wakeStockEffects } from './stock-effects.js';
export type { StockEffect, StockEffects } from './stock-effects.js';
export { lockStock, lockStockExclusively } from './stock-lock.js';

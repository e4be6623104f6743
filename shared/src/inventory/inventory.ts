import type { Redis } from 'ioredis';
import { loadProduct, type LoadAnswer } from './load-product.js';
import {
  keysOf,
  settingsFields,
  waitingSettingsOf,
  type HoldName,
  type LoadedProduct,
  type SaleSettings,
} from './product.js';
import { readEntries, readUnitsByBuyer, scanEntries, type StockEntry } from './read-entries.js';
import { readHeld, type HeldEntry } from './read-held.js';
import { readClock, readStanding, readStock, type StockReading } from './read-stock.js';
import { spanned } from '../telemetry/index.js';
import { reserve, type ReserveAnswer, type ReserveRequest } from './reserve.js';
import { defineScript } from './scripts.js';

/** Which hold an effect means, and the epoch in which it was decided. */
export type NamedHold = { productId: string; effectEpoch: number; orderId: string; hold: HoldName };

export type EffectAnswer = 'DONE' | 'COLD' | 'FORGOTTEN';

/** The stock of all products in Redis: the fast index that decides, of what PostgreSQL knows to be true. */
export interface Inventory {
  /** Whether a reservation would win; holds nothing. One round trip. */
  probe(request: ReserveRequest): Promise<ReserveAnswer>;
  /** Takes units for an order, or says why not. One round trip. */
  reserve(request: ReserveRequest): Promise<ReserveAnswer>;
  commit(hold: NamedHold): Promise<EffectAnswer>;
  release(kind: 'undo' | 'end' | 'return', hold: NamedHold): Promise<EffectAnswer>;
  /** COLD: not in force yet, and from the instant at which the rebuild that they are of is published. */
  changeSettings(productId: string, effectEpoch: number, settings: SaleSettings): Promise<EffectAnswer>;
  /** Step 4 of a rebuild. */
  load(product: LoadedProduct): Promise<LoadAnswer>;
  /** In one round trip, with the clock; undefined: COLD. */
  read(productIds: readonly string[]): Promise<(StockReading | undefined)[]>;
  /** As `read`, of products that are COLD as well: what stands there, and nobody sells from. */
  readStanding(productIds: readonly string[]): Promise<(StockReading | undefined)[]>;
  /** The epoch of what stands there of a product, COLD or not; 0: nothing. A rebuild's is above it. */
  standingEpoch(productId: string): Promise<number>;
  /** Makes products COLD that look whole: for whoever knows that their server has forgotten part of them. */
  distrust(productIds: readonly string[]): Promise<void>;
  /** Holds that are not younger than `before`, by Redis' clock (ms since 1970). Reads the product's every order. */
  heldBefore(productId: string, before: number): Promise<HeldEntry[]>;
  /** Every order's share of a product, page by page; may tell one twice, and miss what changes meanwhile. */
  entries(productId: string): AsyncIterable<StockEntry[]>;
  /** What some orders have of a product, in the order in which they were asked for. */
  entriesOf(productId: string, orderIds: readonly string[]): Promise<(StockEntry | undefined)[]>;
  /** What every buyer holds and owns of a product. */
  unitsByBuyer(productId: string): Promise<Map<string, number>>;
  /** Redis' clock, by which sales open and close; milliseconds since 1970. */
  now(): Promise<number>;
}

/** What people wait for, or who works off their orders. */
const STEPS = ['probe', 'reserve', 'commit', 'release', 'changeSettings', 'load'] as const;

/** @param namespace prefixes every key, so that installations and tests can share a Redis. */
export function openInventory(redis: Redis, namespace: string): Inventory {
  const scripts = {
    reserve: defineScript(redis, 'reserve'),
    commit: defineScript(redis, 'commit'),
    release: defineScript(redis, 'release'),
    settings: defineScript(redis, 'settings'),
    stage: defineScript(redis, 'stage'),
    publish: defineScript(redis, 'publish'),
  };
  const named = ({ effectEpoch, orderId, hold }: NamedHold) => [
    effectEpoch,
    orderId,
    hold.epoch,
    hold.serial,
  ];

  const inventory: Inventory = {
    probe: (request) => reserve(scripts.reserve, namespace, 'probe', request),
    reserve: (request) => reserve(scripts.reserve, namespace, 'reserve', request),
    commit: async (hold) => {
      const [code] = await scripts.commit(keysOf(namespace, hold.productId), named(hold));
      return code as EffectAnswer;
    },
    release: async (kind, hold) => {
      const keys = keysOf(namespace, hold.productId);
      const [code] = await scripts.release(keys, [...named(hold), kind], `release-${kind}`);
      return code as EffectAnswer;
    },
    changeSettings: async (productId, effectEpoch, settings) => {
      const args = [effectEpoch, ...Object.values(settingsFields(settings))];
      const keys = [...keysOf(namespace, productId), waitingSettingsOf(namespace, productId)];
      const [code] = await scripts.settings(keys, args);
      return code as EffectAnswer;
    },
    load: (product) => loadProduct(scripts, namespace, product),
    read: (productIds) => readStock(redis, namespace, productIds),
    readStanding: (productIds) => readStanding(redis, namespace, productIds),
    standingEpoch: async (productId) => {
      const [standing] = await readStanding(redis, namespace, [productId]);
      return standing?.epoch ?? 0;
    },
    distrust: async (productIds) => {
      await Promise.all(productIds.map((id) => redis.hdel(keysOf(namespace, id)[0], 'run')));
    },
    heldBefore: (productId, before) => readHeld(redis, namespace, productId, before),
    entries: (productId) => scanEntries(redis, namespace, productId),
    entriesOf: (productId, orderIds) => readEntries(redis, namespace, productId, orderIds),
    unitsByBuyer: (productId) => readUnitsByBuyer(redis, namespace, productId),
    now: () => readClock(redis),
  };
  const attributes = { 'db.system.name': 'redis' };
  return spanned(inventory, { name: 'stock', kind: 'client', attributes }, STEPS);
}

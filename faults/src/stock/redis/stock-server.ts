import { readFileSync } from 'node:fs';
import type { Redis } from 'ioredis';
import { openInventory, type Inventory } from '@stampede/shared/inventory';
import { openRedis } from '@stampede/shared/redis';
import { openLog } from '@stampede/shared/telemetry';
import { sendBy, type Courier } from './courier.js';

/** What is done to a product's keys behind the platform's back. */
export interface Meddling {
  standing: (...keys: string[]) => Promise<Standing>;
  passTime: (...keysAndMs: (string | number)[]) => Promise<unknown>;
  copy: (...keys: (string | number)[]) => Promise<unknown>;
}

/** As standing.lua says it; null: no such field. */
export type Standing = [stock: (string | null)[], orders: string[], buyers: string[], waiting: string[]];

/** The real scripts on a real Redis. */
export interface StockServer {
  redis: Redis;
  inventory: Inventory;
  namespace: string;
  meddling: Meddling;
  /** By product. */
  couriers: Map<string, Courier>;
  close: () => Promise<void>;
}

/** @param namespace the prefix of keys that are nobody else's */
export function openStockServer(url: string, namespace: string): StockServer {
  const redis = openRedis(url, openLog('simulation', 'warn'));
  const meddling: Meddling = {
    standing: define(redis, 'standing', 4) as Meddling['standing'],
    passTime: define(redis, 'pass-time', 4) as Meddling['passTime'],
    copy: define(redis, 'copy') as Meddling['copy'],
  };
  const couriers = new Map<string, Courier>();
  sendBy(redis, (key) => couriers.get(productOf(key)));
  const inventory = openInventory(redis, namespace);
  return { redis, inventory, namespace, meddling, couriers, close: async () => void (await redis.quit()) };
}

/** The keys of a product: its three hashes, and the settings that wait. */
export const keysOf = (namespace: string, productId: string) =>
  ['stock', 'orders', 'buyers', 'settings'].map((part) => `${namespace}:{p:${productId}}:${part}`);

const productOf = (key: string) => key.slice(key.indexOf('{p:') + 3, key.indexOf('}'));

function define(redis: Redis, name: string, numberOfKeys?: number): unknown {
  const lua = readFileSync(new URL(`./${name}.lua`, import.meta.url), 'utf8');
  const command = `meddle_${name}`;
  redis.defineCommand(command, numberOfKeys === undefined ? { lua } : { lua, numberOfKeys });
  return (redis as unknown as Record<string, (...args: unknown[]) => unknown>)[command]!.bind(redis);
}

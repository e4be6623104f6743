import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openInventory } from '@stampede/shared/inventory';
import { openChangeFeed } from '@stampede/shared/live';
import { openRedis } from '@stampede/shared/redis';
import { openLog, openMetrics } from '@stampede/shared/telemetry';
import { eventually, openTcpProxy, through } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { openStockMirror } from '../src/stock-mirror/stock-mirror.js';
import { openCatalog, type CatalogUnderTest } from './open-catalog.js';

const REDIS_URL = process.env.REDIS_URL as string;
let catalog: CatalogUnderTest;
beforeAll(async () => {
  catalog = await openCatalog();
});
afterAll(() => catalog[Symbol.asyncDispose]());

/** A replica's mirror, with a connection to Redis of its own. @param redisUrl what it reads; it hears by another */
function openMirror(redisUrl = REDIS_URL) {
  const warnings: unknown[] = [];
  const log = openLog('test', 'warn');
  log.warn = log.error = (...entry: unknown[]) => void warnings.push(entry);
  const quiet = openLog('test', 'silent');
  const metrics = openMetrics('catalog');
  const redis = openRedis(redisUrl, quiet);
  const inventory = openInventory(redis, catalog.namespace);
  const feed = openChangeFeed({
    redisUrl: REDIS_URL,
    namespace: catalog.namespace,
    topic: 'stock',
    log: quiet,
  });
  const mirror = openStockMirror({ database: catalog.database, inventory, feed, log, metrics });
  return {
    warnings,
    lookedAt: async () => {
      const gauge = metrics.registry.getSingleMetric('stampede_stock_mirror_timestamp_seconds');
      return (await gauge?.get())?.values[0]?.value ?? Number.NaN;
    },
    async [Symbol.asyncDispose]() {
      await mirror.close();
      await feed.close();
      redis.disconnect();
    },
  };
}

const onSale = async (stock = 10) => {
  const { id } = await catalog.create({ stock });
  await catalog.load(id);
  return id;
};
/** Leaves it out of the sweep, though Redis sells it: then it is looked at only when it has changed. */
const leaveOutOfSweep = (id: string) =>
  catalog.database.run(`UPDATE product SET opens_at = '2025-01-01', closes_at = '2025-01-02' WHERE id = $1`, [
    id,
  ]);
const reserve = (productId: string, quantity = 1) =>
  catalog.inventory.reserve({
    productId,
    orderId: randomUUID(),
    buyerId: randomUUID(),
    quantity,
    digest: 'd',
    minEpoch: 0,
  });
const seen = async (id: string) => {
  const [row] = await catalog.database.query<{
    total: number;
    available: number;
    held: number;
    sold: number;
  }>('SELECT total, available, held, sold FROM stock_seen WHERE product_id = $1', [id]);
  return row;
};
const soldOut = async (id: string) => {
  const [row] = await catalog.database.query<{ sold_out: boolean; version: number }>(
    'SELECT sold_out, version FROM product WHERE id = $1',
    [id],
  );
  return row;
};

test('what changes in Redis is noted, with its course, and that nothing is left; a setting it is not', async () => {
  const id = await onSale(2);
  await using mirror = openMirror();
  await eventually(async () => expect(await seen(id)).toEqual({ total: 2, available: 2, held: 0, sold: 0 }));
  expect(await soldOut(id)).toEqual({ sold_out: false, version: 1 });
  await reserve(id);
  await eventually(async () => expect((await seen(id))?.available).toBe(1));
  await reserve(id);
  await eventually(async () => expect(await soldOut(id)).toEqual({ sold_out: true, version: 1 }));

  const points = await catalog.database.query<{ available: number; held: number; sold: number }>(
    'SELECT available, held, sold FROM sale_point WHERE product_id = $1 ORDER BY at',
    [id],
  );
  expect(points.at(-1)).toEqual({ available: 0, held: 2, sold: 0 });
  const [reading] = await catalog.inventory.read([id]);
  const [{ sold_out_at } = {}] = await catalog.database.query<{ sold_out_at: Date }>(
    'SELECT sold_out_at FROM stock_seen WHERE product_id = $1',
    [id],
  );
  expect(sold_out_at?.getTime()).toBe(reading?.soldOutAt);
  expect(await mirror.lookedAt()).toBeGreaterThan(reading!.asOf / 1_000 - 60);
  expect(mirror.warnings).toEqual([]);
});

test('a change that nobody heard of is found by the sweep', async () => {
  const id = await onSale();
  await using _ = openMirror();
  await eventually(async () => expect((await seen(id))?.available).toBe(10));
  await catalog.redis.hincrby(`${catalog.namespace}:{p:${id}}:stock`, 'available', -3);
  await eventually(async () => expect((await seen(id))?.available).toBe(7));
});

test('what changed and could not be read is noted when it can be; that it could not is said once', async () => {
  const id = await onSale();
  await using proxy = await openTcpProxy(REDIS_URL);
  await using mirror = openMirror(through(proxy, REDIS_URL));
  await eventually(async () => expect((await seen(id))?.available).toBe(10));
  await leaveOutOfSweep(id);
  proxy.cut();
  await reserve(id);
  await eventually(() => expect(mirror.warnings).toHaveLength(1));
  const lookedAt = await mirror.lookedAt();
  expect((await seen(id))?.available).toBe(10);
  proxy.restore();
  await eventually(async () => expect((await seen(id))?.available).toBe(9));
  // Said after what was noted is there to see.
  await eventually(async () => expect(await mirror.lookedAt()).toBeGreaterThan(lookedAt));
  expect(mirror.warnings).toHaveLength(1);
});

test('a product whose row is locked is noted to be sold out when it is not any more', async () => {
  const [id, other] = [await onSale(1), await onSale()];
  await using mirror = openMirror();
  await eventually(async () => expect((await seen(id))?.available).toBe(1));
  await leaveOutOfSweep(id);
  await catalog.database.transaction('test', async (tx) => {
    await tx.run('SELECT 1 FROM product WHERE id = $1 FOR UPDATE', [id]);
    await reserve(id);
    await eventually(async () => expect((await seen(id))?.available).toBe(0));
    // Nobody else's numbers wait for it.
    await reserve(other);
    await eventually(async () => expect((await seen(other))?.available).toBe(9));
    expect(await soldOut(id)).toMatchObject({ sold_out: false });
  });
  await eventually(async () => expect(await soldOut(id)).toMatchObject({ sold_out: true }));
  expect(mirror.warnings).toEqual([]);
});

test('replicas side by side note the same, and hinder one another in nothing', async () => {
  const ids = await Promise.all(Array.from({ length: 20 }, () => onSale()));
  await using one = openMirror();
  await using other = openMirror();
  for (let unit = 0; unit < 10; unit += 1) await Promise.all(ids.map((id) => reserve(id)));
  await eventually(async () => {
    for (const id of ids) {
      expect(await seen(id)).toEqual({ total: 10, available: 0, held: 10, sold: 0 });
      expect(await soldOut(id)).toMatchObject({ sold_out: true });
    }
  });
  expect([...one.warnings, ...other.warnings]).toEqual([]);
});

test('a product of which Redis knows nothing stays as it was seen last', async () => {
  const id = await onSale();
  await using mirror = openMirror();
  await eventually(async () => expect((await seen(id))?.available).toBe(10));
  await catalog.inventory.distrust([id]);
  await catalog.redis.hincrby(`${catalog.namespace}:{p:${id}}:stock`, 'available', -3);
  const marker = await onSale();
  await eventually(async () => expect((await seen(marker))?.available).toBe(10));
  expect((await seen(id))?.available).toBe(10);
  expect(mirror.warnings).toEqual([]);
});

import { migrate, openDatabase, type ServiceName, type Sql } from '@stampede/shared/database';
import { stockEffectTables } from '@stampede/shared/inventory';
import { messagingTables } from '@stampede/shared/messaging';
import { openRedis } from '@stampede/shared/redis';
import { openLog } from '@stampede/shared/telemetry';
import { findViolations, openTestDatabase } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { bookOrder } from './settled-books.js';

const folderOf = (service: ServiceName) =>
  fileURLToPath(new URL(`../../${service}/migrations`, import.meta.url));
const log = openLog('test', 'silent');
const PRODUCT = '7a000000-0000-4000-8000-000000000001';
const PRICE = 1_000;

/** How orders come to where they end: their timelines, what catalog knows of them, and what was given back. */
const LIVES = {
  unpaid: { timeline: ['PENDING_PAYMENT'] },
  confirmed: { timeline: ['PENDING_PAYMENT', 'PAID', 'CONFIRMED'], stock: 'COMMITTED' },
  preparing: { timeline: ['PENDING_PAYMENT', 'PAID', 'CONFIRMED', 'PREPARING'], stock: 'COMMITTED' },
  shipped: { timeline: ['PENDING_PAYMENT', 'PAID', 'CONFIRMED', 'PREPARING', 'SHIPPED'], stock: 'COMMITTED' },
  delivered: {
    timeline: ['PENDING_PAYMENT', 'PAID', 'CONFIRMED', 'PREPARING', 'SHIPPED', 'DELIVERED'],
    stock: 'COMMITTED',
  },
  expired: { timeline: ['PENDING_PAYMENT', 'EXPIRED'] },
  cancelled: { timeline: ['PENDING_PAYMENT', 'CANCELLED'], stock: 'CANCELLED' },
  rejected: { timeline: ['PENDING_PAYMENT', 'PAID', 'CANCELLED'], stock: 'REJECTED', givenBack: PRICE },
  refunded: {
    timeline: ['PENDING_PAYMENT', 'PAID', 'CONFIRMED', 'REFUNDING', 'REFUNDED'],
    stock: 'RETURNED',
    givenBack: PRICE / 2,
  },
} as const;
export type Life = keyof typeof LIVES;

export interface World {
  productId: string;
  orders: Record<Life, string>;
}

/** The tables of order, catalog and payment, with an order of each life and its books in them, all as it must be. */
export async function openSettledWorld() {
  const test = await openTestDatabase('order', folderOf('order'));
  const sets = [messagingTables, stockEffectTables];
  for (const schema of ['catalog', 'payment'] as const) {
    await migrate({ url: test.adminUrl, schema, folder: folderOf(schema), sets, log });
  }
  const database = openDatabase({ url: test.adminUrl, schema: 'order', log, maxConnections: 1 });
  const redis = openRedis(process.env.REDIS_URL ?? '', log);
  const namespace = `test-${randomUUID()}`;
  const lives = Object.keys(LIVES) as Life[];
  const world: World = {
    productId: PRODUCT,
    orders: Object.fromEntries(lives.map((life) => [life, randomUUID()])) as World['orders'],
  };
  await database.transaction('test', async (tx) => {
    await tx.run(
      `INSERT INTO catalog.product (id, seller_id, name, description, brands, images, price, refund_tiers, opens_at,
         limit_per_buyer, hold_minutes, total, sold)
       VALUES ($1, $1, 'Test', '', '{}', '{}', $2, '[]', now(), 2, 30, 10, 4)`,
      [PRODUCT, PRICE],
    );
    for (const [index, life] of lives.entries()) await live(tx, life, world.orders[life], index);
  });

  /** Breaks the world for as long as it is looked at. @returns the claims that are not true then */
  async function brokenBy(...statements: string[]): Promise<string[]> {
    let broken: string[] = [];
    const undo = new Error('looked at');
    await database
      .transaction('test', async (tx) => {
        for (const statement of statements) await tx.run(statement);
        const findings = await findViolations({ sql: (schema) => inSchema(tx, schema), redis, namespace });
        broken = findings.filter(({ violations }) => violations.length > 0).map(({ claim }) => claim);
        throw undo;
      })
      .catch((error: unknown) => {
        if (error !== undo) throw error;
      });
    return broken;
  }
  return {
    ...world,
    redis,
    namespace,
    brokenBy,
    claims: async () =>
      (await findViolations({ sql: (schema) => inSchema(database, schema), redis, namespace })).map(
        ({ claim }) => claim,
      ),
    sql: (schema: ServiceName) => inSchema(database, schema),
    async [Symbol.asyncDispose]() {
      await redis.quit();
      await database.close();
      await test[Symbol.asyncDispose]();
    },
  };
}

/** Runs a service's statements over a connection that is not its own. */
function inSchema(sql: Sql, schema: ServiceName): Sql {
  const there = () => sql.run(`SET search_path TO "${schema}"`);
  return {
    query: async (text, values) => {
      await there();
      return sql.query(text, values);
    },
    run: async (text, values) => {
      await there();
      return sql.run(text, values);
    },
  };
}

/** Writes an order with everything that is kept of it where its life has led. */
async function live(tx: Sql, life: Life, id: string, serial: number): Promise<void> {
  const { timeline, stock, givenBack } = { stock: null, givenBack: null, ...LIVES[life] };
  const status = timeline.at(-1) as string;
  const paymentId = (timeline as readonly string[]).includes('PAID') ? randomUUID() : null;
  const overdue = status === 'EXPIRED' ? '-1 minute' : '30 minutes';
  await tx.run(
    `INSERT INTO orders (id, buyer_id, digest, status, total, pay_by, paid_payment_id, delivery_since)
     VALUES ($1, $1, '', $2, $3, now() + $4::interval, $5, CASE WHEN $6 THEN now() END)`,
    [id, status, PRICE, overdue, paymentId, (timeline as readonly string[]).includes('CONFIRMED')],
  );
  await tx.run(`INSERT INTO order_line VALUES ($1, $2, 1, $3, 'Test', $2, '{}')`, [id, PRODUCT, PRICE]);
  await tx.run(`INSERT INTO hold VALUES ($1, 1, $2, $3, 'PLACED')`, [PRODUCT, serial, id]);
  for (const step of timeline) {
    await tx.run('INSERT INTO order_event (order_id, status) VALUES ($1, $2)', [id, step]);
  }
  if (stock) {
    await tx.run('INSERT INTO catalog.stock_order (order_id, buyer_id, status) VALUES ($1, $1, $2)', [
      id,
      stock,
    ]);
    await tx.run('INSERT INTO catalog.stock_order_line VALUES ($1, $2, 1, 1, $3)', [id, PRODUCT, serial]);
  }
  if (paymentId) {
    await pay(tx, id, paymentId, givenBack);
    const sold = (timeline as readonly string[]).includes('CONFIRMED');
    await bookOrder(tx, { orderId: id, paymentId, sellerId: PRODUCT, total: PRICE, sold, givenBack });
  }
  if (status === 'SHIPPED' || status === 'DELIVERED') {
    await tx.run(
      `INSERT INTO delivery (order_id, carrier, tracking_number, delivered_at)
       VALUES ($1, 'CJ Logistics', '6400', CASE WHEN $2 THEN now() END)`,
      [id, status === 'DELIVERED'],
    );
  }
}

async function pay(tx: Sql, orderId: string, id: string, givenBack: number | null): Promise<void> {
  const status = givenBack === null ? 'APPROVED' : givenBack === PRICE ? 'REFUNDED' : 'PARTIALLY_REFUNDED';
  await tx.run(
    `INSERT INTO payment.payment (id, order_id, buyer_id, provider, status, amount, provider_id, redirect_url, approved_at,
       window_ends_at)
     VALUES ($1, $2, $2, 'KAKAOPAY', $3, $4, $5, '', now(), now())`,
    [id, orderId, status, PRICE, `T${id}`],
  );
  if (givenBack === null) return;
  for (const schema of ['"order"', 'payment']) {
    await tx.run(
      `INSERT INTO ${schema}.refund (key, payment_id, order_id, amount, reason, refunded_at)
       VALUES ($1, $2, $3, $4, 'BUYER', now())`,
      [`order:${orderId}`, id, orderId, givenBack],
    );
  }
}

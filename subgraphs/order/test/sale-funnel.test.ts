import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { lockOrder } from '../src/order-row.js';
import { changeStatus, OrderStatus } from '../src/order-status.js';
import { expireDue } from '../src/expiry/expire-orders.js';
import { foldSteps } from '../src/sale-figures/fold-sale-funnel.js';
import { readSaleFunnel } from '../src/sale-figures/read-sale-funnel.js';
import { openOrders, PAYMENT, type OrdersUnderTest } from './open-orders.js';

const EMPTY = { held: 0, paying: 0, paid: 0, confirmed: 0, expired: 0, cancelled: 0 };

let orders: OrdersUnderTest;
beforeAll(async () => {
  orders = await openOrders();
});
afterAll(() => orders[Symbol.asyncDispose]());

const funnels = () =>
  Promise.all(orders.products.map((productId) => readSaleFunnel(orders.database, productId)));

/** Counted order by order, as the funnel must have it. */
async function counted() {
  const rows = await orders.database.query<{ status: OrderStatus; deciding: boolean; orders: number }>(
    `SELECT status, deciding_payment_id IS NOT NULL AS deciding, count(*) AS orders
     FROM order_line JOIN orders ON orders.id = order_id WHERE product_id = $1 GROUP BY 1, 2`,
    [orders.products[0]],
  );
  const sum = { ...EMPTY };
  for (const { status, deciding, orders: count } of rows) sum[stageOf(status, deciding)] += count;
  return sum;
}

function stageOf(status: OrderStatus, deciding: boolean): keyof typeof EMPTY {
  const stages = {
    PENDING_PAYMENT: deciding ? ('paying' as const) : ('held' as const),
    PAID: 'paid',
    CONFIRMED: 'confirmed',
    PREPARING: 'confirmed',
    SHIPPED: 'confirmed',
    DELIVERED: 'confirmed',
    EXPIRED: 'expired',
    CANCELLED: 'cancelled',
    REFUNDING: 'cancelled',
    REFUNDED: 'cancelled',
  } as const;
  return stages[status];
}

test('an order is in one place for each of its products, whatever its status, folded or not', async () => {
  for (const status of Object.values(OrderStatus)) await orders.place(status);
  await orders.place(OrderStatus.PENDING_PAYMENT, { deciding_payment_id: PAYMENT });
  const all = { held: 1, paying: 1, paid: 1, confirmed: 4, expired: 1, cancelled: 3 };
  expect(await counted()).toEqual(all);
  expect(await funnels()).toEqual([all, all]);
  expect(await foldSteps(orders.database)).toBe(22);
  expect(await foldSteps(orders.database)).toBe(0);
  expect(await funnels()).toEqual([all, all]);
});

test('an order moves on with each change, and with none that leaves it where it is', async () => {
  const { database } = orders;
  const before = await counted();
  const moved = async () => {
    const [now] = await funnels();
    const change = Object.entries(now ?? {}).map(([stage, count]) => [
      stage,
      count - before[stage as keyof typeof before],
    ]);
    return Object.fromEntries(change.filter(([, count]) => count !== 0)) as Partial<typeof EMPTY>;
  };
  const id = await orders.place(OrderStatus.PENDING_PAYMENT);
  await database.run(`UPDATE orders SET pay_by = now() + interval '1 hour' WHERE id = $1`, [id]);
  expect(await moved()).toEqual({ held: 1 });
  expect(await orders.mark(id)).toBe(true);
  expect(await orders.mark(id, { attempt: 2 })).toBe(true);
  expect(await moved()).toEqual({ paying: 1 });
  const path = [OrderStatus.PAID, OrderStatus.CONFIRMED, OrderStatus.PREPARING, OrderStatus.REFUNDING];
  const seen: Partial<typeof EMPTY>[] = [];
  let from = OrderStatus.PENDING_PAYMENT;
  for (const to of [...path, OrderStatus.REFUNDED]) {
    await database.transaction('test', async (tx) => {
      await lockOrder(tx, id);
      await changeStatus(tx, id, from, to);
    });
    seen.push(await moved());
    from = to;
  }
  expect(seen).toEqual([{ paid: 1 }, { confirmed: 1 }, { confirmed: 1 }, { cancelled: 1 }, { cancelled: 1 }]);
});

test('a change that is undone moves nothing', async () => {
  const id = await orders.place(OrderStatus.PENDING_PAYMENT, { deciding_payment_id: PAYMENT });
  const before = await funnels();
  const undone = orders.database.transaction('test', async (tx) => {
    await changeStatus(tx, id, OrderStatus.PENDING_PAYMENT, OrderStatus.PAID);
    throw new Error('undone');
  });
  await expect(undone).rejects.toThrow('undone');
  expect(await funnels()).toEqual(before);
});

test('stays exact while orders move, replicas fold side by side, and somebody looks', async () => {
  const { database, products } = orders;
  await foldSteps(database);
  const before = await counted();
  const total = Object.values(before).reduce((sum, count) => sum + count);
  const looks: number[] = [];
  let done = false;
  const looking = (async () => {
    while (!done) {
      const funnel = await readSaleFunnel(database, products[0] as string);
      looks.push(Object.values(funnel).reduce((sum, count) => sum + count));
    }
  })();
  const folding = [1, 2].map(async () => {
    while (!done) await foldSteps(database);
  });
  await Promise.all(Array.from({ length: 40 }, () => orders.place(OrderStatus.PENDING_PAYMENT)));
  await expireDue(database);
  done = true;
  await Promise.all([looking, ...folding]);
  expect(looks.filter((sum, index) => sum < (looks[index - 1] ?? total))).toEqual([]);
  const [funnel] = await funnels();
  expect(funnel).toEqual(await counted());
  expect(funnel?.expired).toBeGreaterThanOrEqual(before.expired + 40);
});

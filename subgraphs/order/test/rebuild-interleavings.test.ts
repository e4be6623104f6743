import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { appendStockEffect, type Inventory, type LoadedOrder } from '@stampede/shared/inventory';
import {
  paymentApproved,
  stockCommitted,
  type PaymentApproved,
  type StockCommitted,
} from '@stampede/shared/messages';
import { openMetrics } from '@stampede/shared/telemetry';
import { compareStores } from '../src/audit/compare-stores.js';
import { cancelOrder } from '../src/cancellation/cancel-order.js';
import { expireDue } from '../src/expiry/expire-orders.js';
import { onPaymentApproved } from '../src/payment-outcome/on-payment-approved.js';
import { onStockCommitted } from '../src/payment-outcome/on-stock-committed.js';
import { openRebuilds } from '../src/rebuild/rebuilds.js';
import { newBuyer, openOrderParts, type TestOrder } from './order-parts.js';

let order: TestOrder;
beforeAll(async () => {
  order = await openOrderParts();
});
afterAll(() => order[Symbol.asyncDispose]());

/** Between which steps of a rebuild something lands. */
const POINTS = [
  'before the epoch is raised',
  'before what is unconfirmed is read',
  'before catalog stores the epoch',
  'before order’s side is read',
  'before catalog’s side is read',
  'after catalog’s side was read',
  'before it is published',
  'after it was published',
] as const;
type Point = (typeof POINTS)[number];

/** Rebuilds a product, and runs `event` at one point of it, once. */
async function rebuildWith(productId: string, at: Point, event: () => Promise<unknown>): Promise<void> {
  let due = true;
  const reach = async (point: Point): Promise<void> => {
    if (point !== at || !due) return;
    due = false;
    await event();
  };
  const { database, inventory, catalog, guard, log } = order;
  const rebuilds = openRebuilds({
    database: {
      ...database,
      transaction: async (step, work) => {
        await reach('before the epoch is raised');
        const result = await database.transaction(step, work);
        await reach('before what is unconfirmed is read');
        return result;
      },
    },
    catalog: {
      ...catalog.client,
      ask: async <T>(query: string, variables: Record<string, unknown>, requestId: string) => {
        if (query.includes('productExists')) return catalog.client.ask<T>(query, variables, requestId);
        const isBook = query.includes('stockBook');
        await reach(isBook ? 'before catalog’s side is read' : 'before catalog stores the epoch');
        const answer = await catalog.client.ask<T>(query, variables, requestId);
        await reach(isBook ? 'after catalog’s side was read' : 'before order’s side is read');
        return answer;
      },
    },
    inventory: {
      ...inventory,
      load: async (product) => {
        async function* orders(): AsyncGenerator<LoadedOrder> {
          yield* product.orders;
          await reach('before it is published');
        }
        const answer = await inventory.load({ ...product, orders: orders() });
        await reach('after it was published');
        return answer;
      },
    },
    guard,
    log,
    metrics: openMetrics('order'),
  });
  await rebuilds.rebuildAnew(productId);
  expect(due).toBe(false);
}

const NAMES = ['pending', 'paid', 'expiring', 'leaving', 'returning', 'owned'] as const;
type Name = (typeof NAMES)[number];

/** A sale of ten units: one order in each state that a unit can be in, one unit each. */
async function openSale() {
  const { catalog, database } = order;
  const replica = order.openReplica();
  const product = catalog.sells({ total: 10, limitPerBuyer: 1 });
  const buyers = Object.fromEntries(NAMES.map((name) => [name, newBuyer()])) as Record<
    Name,
    ReturnType<typeof newBuyer>
  >;
  for (const name of NAMES) await replica.buys(buyers[name].buyerId, buyers[name].key, [product, 1]);
  const idOf = (name: Name) => buyers[name].orderId;

  const pays = (name: Name) =>
    database.transaction('test', (tx) =>
      onPaymentApproved.handle(
        tx,
        paymentApproved.schema.parse({
          paymentId: randomUUID(),
          orderId: idOf(name),
          provider: 'KAKAOPAY',
          amount: 1_000,
          approvedAt: new Date().toISOString(),
        } satisfies Record<keyof PaymentApproved, unknown>),
        { messageId: randomUUID(), attempts: 0 },
      ),
    );

  /** What catalog does with order.paid and order.cancelled; its effects lie beside those of order. */
  async function inBook(kind: 'commit' | 'return', name: Name): Promise<void> {
    const book = catalog.of(product);
    const [hold] = await database.query<{ epoch: number; serial: number }>(
      `SELECT epoch, serial FROM hold WHERE order_id = $1 AND state = 'PLACED'`,
      [idOf(name)],
    );
    const line = { orderId: idOf(name), buyerId: buyers[name].buyerId, quantity: 1, ...hold! };
    book.committed = book.committed.filter(({ orderId }) => orderId !== line.orderId);
    book[kind === 'commit' ? 'committed' : 'returned'].push(line);
    const effect = { productId: product, epoch: book.epoch, orderId: line.orderId, hold: hold! };
    await database.transaction('test', (tx) => appendStockEffect(tx, { kind, ...effect }));
  }
  async function commits(name: Name): Promise<void> {
    await inBook('commit', name);
    await database.transaction('test', (tx) =>
      onStockCommitted.handle(
        tx,
        stockCommitted.schema.parse({ orderId: idOf(name) } satisfies StockCommitted),
        { messageId: randomUUID(), attempts: 0 },
      ),
    );
  }
  async function changes(change: { total?: number; paused?: boolean }): Promise<void> {
    const book = Object.assign(catalog.of(product), change);
    book.version += 1;
    const { version, opensAt, closesAt, limitPerBuyer, holdMinutes, paused, termsVersion, total, epoch } =
      book;
    const settings = { version, opensAt, closesAt, limitPerBuyer, holdMinutes, paused, termsVersion, total };
    await database.transaction('test', (tx) =>
      appendStockEffect(tx, { kind: 'settings', productId: product, epoch, settings }),
    );
  }
  async function expires(): Promise<void> {
    await database.run('UPDATE orders SET pay_by = now() WHERE id = $1', [idOf('expiring')]);
    expect(await expireDue(database)).toBe(1);
  }
  const cancels = async (name: Name) => expect(await cancelOrder(database, idOf(name), 'BUYER')).toBe('done');

  /** Reserves now, and places as soon as the rebuild lets it. */
  async function places(): Promise<{ done: Promise<unknown> }> {
    let reserved = (): void => undefined;
    const isReserved = new Promise<void>((resolve) => {
      reserved = resolve;
    });
    const inventory: Inventory = {
      ...order.inventory,
      // Lost, it is asked for a rebuild instead: that one waits for its turn.
      probe: async (request) => {
        const answer = await order.inventory.probe(request);
        if (answer.kind === 'cold') reserved();
        return answer;
      },
      reserve: async (request) => {
        const answer = await order.inventory.reserve(request);
        reserved();
        return answer;
      },
    };
    const { buyerId, key, orderId } = newBuyer();
    const done = order.openReplica(inventory).buys(buyerId, key, [product, 1]);
    await Promise.race([isReserved, done]);
    return { done: done.then((outcome) => expect(outcome).toMatchObject({ order: { id: orderId } })) };
  }

  for (const name of ['paid', 'returning', 'owned'] as const) await pays(name);
  for (const name of ['returning', 'owned'] as const) await commits(name);
  await order.appliesEffects();
  expect(await order.counts(product)).toEqual({ epoch: 1, total: 10, available: 4, held: 4, sold: 2 });
  return { product, buyers, idOf, pays, commits, inBook, changes, expires, cancels, places };
}
type Sale = Awaited<ReturnType<typeof openSale>>;

interface Landing {
  lands: (sale: Sale) => Promise<unknown>;
  /** What differs from a sale in which nothing happens. */
  counts?: { total?: number; held?: number; sold?: number };
  gone?: Name[];
}

const LANDINGS: Record<string, Landing> = {
  'a payment': { lands: (sale) => sale.pays('pending') },
  'a commit': { lands: (sale) => sale.commits('paid'), counts: { held: 3, sold: 3 } },
  'the end of an order’s time': {
    lands: (sale) => sale.expires(),
    counts: { held: 3 },
    gone: ['expiring'],
  },
  'the cancelling of an unpaid order': {
    lands: (sale) => sale.cancels('leaving'),
    counts: { held: 3 },
    gone: ['leaving'],
  },
  'the return of a confirmed order': {
    lands: async (sale) => {
      await sale.cancels('returning');
      await sale.inBook('return', 'returning');
    },
    counts: { sold: 1 },
    gone: ['returning'],
  },
  'a commit and its return': {
    lands: async (sale) => {
      await sale.commits('paid');
      await sale.cancels('paid');
      await sale.inBook('return', 'paid');
    },
    counts: { held: 3 },
    gone: ['paid'],
  },
  'a restock': { lands: (sale) => sale.changes({ total: 15 }), counts: { total: 15 } },
  'a pause': { lands: (sale) => sale.changes({ paused: true }) },
  'everything at once': {
    lands: async (sale) => {
      await sale.pays('pending');
      await sale.commits('paid');
      await sale.expires();
      await sale.changes({ total: 12 });
      await sale.cancels('leaving');
      await sale.cancels('returning');
      await sale.inBook('return', 'returning');
    },
    counts: { total: 12, held: 1, sold: 2 },
    gone: ['expiring', 'leaving', 'returning'],
  },
};

/** Everything that has to be exact once nothing is on its way. */
async function expectExact(sale: Sale, { counts, gone = [] }: Landing, placed = 0): Promise<void> {
  const { product, buyers } = sale;
  const asked = await order.appliesEffects();
  expect(asked).toEqual([]);
  const { total, held, sold } = { total: 10, held: 4, sold: 2, ...counts };
  expect(await order.counts(product)).toMatchObject({
    total,
    available: total - held - sold - placed,
    held: held + placed,
    sold,
  });
  const owners = await order.inventory.unitsByBuyer(product);
  const staying = NAMES.filter((name) => !gone.includes(name));
  expect(owners.size).toBe(staying.length + placed);
  for (const name of staying) expect(owners.get(buyers[name].buyerId)).toBe(1);
  const compared = await compareStores({ ...order, catalog: order.catalog.client }, product, 0);
  expect(compared).toMatchObject({ kind: 'compared', differences: [] });
}

/** To the last unit: who comes next gets what is left, and nobody more than that. */
async function expectSellsOut(sale: Sale, landing: Landing, placed = 0): Promise<void> {
  const { product, changes } = sale;
  await changes({ paused: false });
  await order.appliesEffects();
  const replica = order.openReplica();
  const { total, held, sold } = { total: 10, held: 4, sold: 2, ...landing.counts };
  const left = total - held - sold - placed;
  const outcomes = [];
  for (let count = 0; count <= left; count += 1) {
    const { buyerId, key } = newBuyer();
    outcomes.push(await replica.buys(buyerId, key, [product, 1]));
  }
  expect(outcomes.filter((outcome) => 'order' in outcome)).toHaveLength(left);
  expect(outcomes.at(-1)).toMatchObject({ rejection: { available: 0 } });
  const [living] = await order.database.query<{ units: number }>(
    `SELECT sum(quantity) AS units FROM order_line JOIN orders ON orders.id = order_id
     WHERE product_id = $1 AND status NOT IN ('EXPIRED', 'CANCELLED', 'REFUNDING', 'REFUNDED')`,
    [product],
  );
  expect(living?.units).toBe(total);
}

const CASES = [
  ...Object.keys(LANDINGS).map((name) => [name, 'stands'] as const),
  ['a commit and its return', 'is lost'] as const,
  ['everything at once', 'is lost'] as const,
];

test.each(CASES)('%s between any two steps, while the old hash %s, ends exactly', async (name, hash) => {
  const landing = LANDINGS[name]!;
  for (const at of POINTS) {
    const sale = await openSale();
    if (hash === 'is lost') await order.forget(sale.product);
    await rebuildWith(sale.product, at, () => landing.lands(sale));
    await expectExact(sale, landing);
    if (name === 'a pause') {
      expect((await order.inventory.read([sale.product]))[0]?.settings.paused).toBe(true);
    }
    if (at === 'before catalog’s side is read') await expectSellsOut(sale, landing);
  }
});

test.each(['stands', 'is lost'])(
  'a checkout between any two steps, while the old hash %s, places one order on one hold',
  async (hash) => {
    for (const at of POINTS) {
      const sale = await openSale();
      if (hash === 'is lost') await order.forget(sale.product);
      let done: Promise<unknown> | undefined;
      await rebuildWith(sale.product, at, async () => {
        ({ done } = await sale.places());
      });
      await done;
      await expectExact(sale, {} as Landing, 1);
      expect(await order.holdsOf(sale.product)).toHaveLength(NAMES.length + 1);
      if (at === 'before it is published') await expectSellsOut(sale, {} as Landing, 1);
    }
  },
);

test.each([
  [3, 7],
  [4, 6],
  [5, 10],
])('of ten units, six of them held or sold, taking %i back leaves %i', async (wanted, total) => {
  const sale = await openSale();
  const { catalog } = order;
  // What catalog decides in step 3, by what it is told.
  catalog.onTruth(async (unconfirmed) => {
    const book = catalog.of(sale.product);
    const sold = new Set(book.committed.map(({ orderId }) => orderId));
    const held = unconfirmed.filter(({ orderId }) => !sold.has(orderId)).length;
    if (wanted > book.total - sold.size - held) return;
    Object.assign(book, { total: book.total - wanted, version: book.version + 1 });
  });
  const { done } = await new Promise<{ done: Promise<unknown> }>((resolve, reject) => {
    // A buyer reserves in the old hash while it is decided, and is refused in the new one when nothing is left.
    const rebuilding = rebuildWith(sale.product, 'before catalog stores the epoch', async () => {
      const { buyerId, key } = newBuyer();
      await order.inventory.reserve({
        ...newBuyer(),
        productId: sale.product,
        quantity: 1,
        digest: 'gone',
        minEpoch: 0,
      });
      const buying = order.openReplica().buys(buyerId, key, [sale.product, 1]);
      void rebuilding.then(() => resolve({ done: buying }), reject);
    });
  });
  catalog.onTruth(() => Promise.resolve());
  const outcome = await done;
  const placed = total > 6 ? 1 : 0;
  expect(outcome).toMatchObject(placed ? { order: {} } : { rejection: { available: 0 } });
  await expectExact(sale, { lands: () => Promise.resolve(), counts: { total } }, placed);
});

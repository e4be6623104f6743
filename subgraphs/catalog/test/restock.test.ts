import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { Unavailable } from '@stampede/shared/errors';
import { lockStockExclusively } from '@stampede/shared/inventory';
import { eventually } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { takeBackUnits, type TakeBackParts } from '../src/restock/take-back-units.js';
import { openCatalog, SELLER, type CatalogUnderTest } from './open-catalog.js';

let catalog: CatalogUnderTest;
beforeAll(async () => {
  catalog = await openCatalog();
});
beforeEach(() => {
  catalog.order.rebuild = catalog.load;
});
afterAll(() => catalog[Symbol.asyncDispose]());

const RESTOCK = `mutation ($productId: ID!, $quantity: Int!, $idempotencyKey: String!) {
  restock(productId: $productId, quantity: $quantity, idempotencyKey: $idempotencyKey) {
    sale { phase } stock { total available held sold } } }`;
const newKey = () => `restock-${randomUUID()}`;
const restock = (productId: string, quantity: number, idempotencyKey = newKey()) =>
  catalog.ask(RESTOCK, { productId, quantity, idempotencyKey }, SELLER);
/** The units there are now, or the code of the refusal. */
const outcomeOf = ({ data, errors }: Awaited<ReturnType<typeof restock>>) =>
  errors ? errors[0]!.extensions.code : data.restock.stock.total;
const totalOf = async (id: string) => {
  const [row] = await catalog.database.query<{ total: number; version: number }>(
    'SELECT total, version FROM product WHERE id = $1',
    [id],
  );
  return row!.total;
};
const readingOf = async (id: string) => (await catalog.inventory.read([id]))[0];
const reserve = (productId: string) =>
  catalog.inventory.reserve({
    productId,
    orderId: randomUUID(),
    buyerId: randomUUID(),
    quantity: 1,
    digest: 'd',
    minEpoch: 0,
  });
/** An order that holds units, as order and Redis know it once it is loaded. */
function holdUnits(productId: string, quantity: number): string {
  const orderId = randomUUID();
  const orders = catalog.standing.get(productId) ?? [];
  const hold = {
    buyerId: randomUUID(),
    digest: 'd',
    payBy: 1,
    heldAt: 1,
    epoch: 1,
    serial: orders.length + 1,
  };
  catalog.standing.set(productId, [...orders, { ...hold, orderId, quantity, state: 'held' }]);
  return orderId;
}
const onSale = async (stock: number, held = 0) => {
  const { id } = await catalog.create({ stock });
  if (held > 0) holdUnits(id, held);
  await catalog.load(id);
  return id;
};

test('a sold-out sale sells again as soon as units are added', async () => {
  const id = await onSale(1);
  expect(await reserve(id)).toMatchObject({ kind: 'held' });
  expect(await reserve(id)).toMatchObject({ kind: 'sold-out' });
  const { data } = await restock(id, 2);
  expect(data.restock).toEqual({
    sale: { phase: 'OPEN' },
    stock: { total: 3, available: 2, held: 1, sold: 0 },
  });
  expect(await reserve(id)).toMatchObject({ kind: 'held' });
});

test.each([5, -5])(
  'a restock by %i is done once for each key, however often it is asked for',
  async (quantity) => {
    const id = await onSale(10);
    const key = newKey();
    const answers = await Promise.all(Array.from({ length: 6 }, () => restock(id, quantity, key)));
    expect(answers.map(outcomeOf)).toEqual(Array(6).fill(10 + quantity));
    expect(outcomeOf(await restock(id, quantity, key))).toBe(10 + quantity);
    expect(outcomeOf(await restock(id, quantity))).toBe(10 + 2 * quantity);
    expect(await totalOf(id)).toBe(10 + 2 * quantity);
  },
);

test('the same key with another quantity is a conflict; of another product it is another key', async () => {
  const [one, two] = [await onSale(10), await onSale(10)];
  const [added, taken] = [newKey(), newKey()];
  expect(outcomeOf(await restock(one, 2, added))).toBe(12);
  expect(outcomeOf(await restock(one, -3, taken))).toBe(9);
  for (const [key, quantity] of [
    [added, 3],
    [added, -2],
    [taken, -4],
    [taken, 3],
  ] as const) {
    expect(outcomeOf(await restock(one, quantity, key))).toBe('IDEMPOTENCY_CONFLICT');
  }
  expect(await totalOf(one)).toBe(9);
  expect(outcomeOf(await restock(two, -4, added))).toBe(6);
});

test('restocks of both kinds that come at once are all done, each once', async () => {
  const id = await onSale(100);
  const quantities = Array.from({ length: 24 }, (_, index) => (index % 2 ? -3 : 5));
  const answers = await Promise.all(quantities.map((quantity) => restock(id, quantity)));
  expect(answers.flatMap(({ errors }) => errors ?? [])).toEqual([]);
  expect(await totalOf(id)).toBe(100 + 12 * 5 - 12 * 3);
  await eventually(async () => expect(await catalog.effects.pending()).toBe(0));
  const reading = await readingOf(id);
  expect(reading).toMatchObject({ total: 124, available: 124, held: 0, sold: 0 });
  const [row] = await catalog.database.query<{ version: number }>(
    'SELECT version FROM product WHERE id = $1',
    [id],
  );
  expect(reading?.settings.version).toBe(row?.version);
});

test('what is neither held nor sold can be taken back, and not one unit more', async () => {
  const id = await onSale(10, 3);
  const key = newKey();
  const refused = await restock(id, -8, key);
  expect(refused.errors).toMatchObject([
    {
      extensions: {
        code: 'BAD_USER_INPUT',
        fields: [{ path: 'quantity', message: 'asks for 8 units back; 7 could be taken back.' }],
      },
    },
  ]);
  expect(await totalOf(id)).toBe(10);
  const { data } = await restock(id, -7);
  expect(data.restock).toEqual({
    sale: { phase: 'SOLD_OUT' },
    stock: { total: 3, available: 0, held: 3, sold: 0 },
  });
  expect((await restock(id, -1)).errors?.[0]?.message).toContain('0 could be taken back');
  // What was decided for a key stays decided, though now it would be another answer.
  expect((await restock(id, -8, key)).errors).toEqual(refused.errors);
});

test('units held are those of orders that catalog has neither committed nor taken back', async () => {
  const id = await onSale(10);
  const [committed, returned, rejected] = [holdUnits(id, 1), holdUnits(id, 2), holdUnits(id, 3)];
  for (const [orderId, status] of [
    [committed, 'COMMITTED'],
    [returned, 'RETURNED'],
    [rejected, 'REJECTED'],
  ]) {
    await catalog.database.run('INSERT INTO stock_order (order_id, buyer_id, status) VALUES ($1, $1, $2)', [
      orderId,
      status,
    ]);
  }
  await catalog.database.run('UPDATE product SET sold = 1 WHERE id = $1', [id]);
  // Sold: 1. Held: 3, until order has heard that they were rejected.
  expect(outcomeOf(await restock(id, -7))).toBe('BAD_USER_INPUT');
  await restock(id, -6);
  expect(await totalOf(id)).toBe(4);
});

test('of wishes that come at once and ask for more than there is, the first are granted', async () => {
  const id = await onSale(10, 1);
  const outcomes = (await Promise.all([-4, -4, -4].map((quantity) => restock(id, quantity)))).map(outcomeOf);
  expect(outcomes.filter((outcome) => outcome === 'BAD_USER_INPUT')).toHaveLength(1);
  expect(await totalOf(id)).toBe(2);
  expect(await readingOf(id)).toMatchObject({ total: 2, available: 1, held: 1 });
});

test('a product that was never loaded can be restocked both ways', async () => {
  const { id } = await catalog.create({ stock: 10 });
  expect(outcomeOf(await restock(id, 5))).toBe(15);
  const other = await catalog.create({ stock: 10 });
  expect(outcomeOf(await restock(other.id, -10))).toBe(0);
});

test('a product has 0 to 1,000,000 units', async () => {
  const { id } = await catalog.create({ stock: 999_999 });
  expect(outcomeOf(await restock(id, 2))).toBe('BAD_USER_INPUT');
  expect(outcomeOf(await restock(id, 1))).toBe(1_000_000);
  expect((await restock(id, 1)).errors?.[0]?.extensions).toMatchObject({ fields: [{ path: 'quantity' }] });
  expect(outcomeOf(await restock(id, -1_000_000))).toBe(0);
  expect(outcomeOf(await restock(id, 1_000_000))).toBe(1_000_000);
});

test.each([
  ['a quantity of 0', 0, 'restock-ok', ['quantity']],
  ['more than there may be', 1_000_001, 'restock-ok', ['quantity']],
  ['less than there may be', -1_000_001, 'restock-ok', ['quantity']],
  ['the least integer', -2_147_483_648, 'restock-ok', ['quantity']],
  ['a short key', 1, 'short', ['idempotencyKey']],
  ['a key with a space', 1, 'with a space', ['idempotencyKey']],
  ['no key, and nothing to do', 0, '', ['quantity', 'idempotencyKey']],
])('refuses %s, and says where', async (_, quantity, key, paths) => {
  const id = await onSale(10);
  const { errors } = await restock(id, quantity, key);
  expect(errors?.map(({ extensions }) => extensions)).toEqual([
    { code: 'BAD_USER_INPUT', fields: paths.map((path) => ({ path, message: expect.any(String) })) },
  ]);
  expect(await totalOf(id)).toBe(10);
});

test('units that could not be taken back because order is away stay, until they are asked for again', async () => {
  const id = await onSale(10);
  const key = newKey();
  catalog.order.rebuild = () => Promise.reject(new Unavailable('order'));
  expect(outcomeOf(await restock(id, -4, key))).toBe('SERVICE_UNAVAILABLE');
  await catalog.load(id);
  expect(await totalOf(id)).toBe(10);
  expect(await readingOf(id)).toMatchObject({ total: 10, available: 10 });
  catalog.order.rebuild = catalog.load;
  expect(outcomeOf(await restock(id, -4, key))).toBe(6);
});

test('a wish that could not even be withdrawn may be granted within a minute, and its key tells', async () => {
  const id = await onSale(10);
  const wish = { productId: id, key: newKey(), quantity: -4 };
  const away: typeof catalog.database = {
    ...catalog.database,
    run: (text, values) =>
      text.startsWith('DELETE')
        ? Promise.reject(new Unavailable('the database'))
        : catalog.database.run(text, values),
  };
  const askForRebuild = () => Promise.reject(new Unavailable('order'));
  const parts = { database: away, askForRebuild } as unknown as TakeBackParts;
  await expect(takeBackUnits(parts, wish)).rejects.toBeInstanceOf(Unavailable);
  expect(await totalOf(id)).toBe(10);
  await catalog.load(id);
  expect(await totalOf(id)).toBe(6);
  expect(outcomeOf(await restock(id, -4, wish.key))).toBe(6);
  expect(await totalOf(id)).toBe(6);
});

test('what was decided before order’s answer was lost is the answer', async () => {
  const id = await onSale(10);
  catalog.order.rebuild = async (productId) => {
    await catalog.load(productId);
    throw new Unavailable('order');
  };
  expect(outcomeOf(await restock(id, -4))).toBe(6);
  expect(outcomeOf(await restock(id, -7))).toBe('BAD_USER_INPUT');
});

test('a rebuild that comes too late for its caller finds the wish withdrawn', async () => {
  const id = await onSale(10);
  let late: Promise<void> | undefined;
  await catalog.database.transaction('test', async (tx) => {
    await lockStockExclusively(tx, id);
    catalog.order.rebuild = (productId) => {
      late = catalog.load(productId);
      return Promise.reject(new Unavailable('order'));
    };
    expect(outcomeOf(await restock(id, -4))).toBe('SERVICE_UNAVAILABLE');
  });
  await late;
  expect(await totalOf(id)).toBe(10);
  expect(await readingOf(id)).toMatchObject({ total: 10 });
});

test('a rebuild that had passed its third step before the wish is followed by another', async () => {
  const id = await onSale(10);
  let asked = 0;
  catalog.order.rebuild = (productId) => {
    asked += 1;
    return asked === 1 ? Promise.resolve() : catalog.load(productId);
  };
  expect(outcomeOf(await restock(id, -4))).toBe(6);
  expect(asked).toBe(2);
});

test('a wish that a crash left behind goes on with its key, is decided by the next rebuild, or is forgotten', async () => {
  const leaveBehind = async (age: string) => {
    const id = await onSale(10);
    const key = newKey();
    await catalog.database.run(
      `INSERT INTO restock (product_id, idempotency_key, quantity, state, asked_at)
       VALUES ($1, $2, -4, 'PENDING', now() - $3::interval)`,
      [id, key, age],
    );
    return { id, key };
  };
  const repeated = await leaveBehind('1 hour');
  expect(outcomeOf(await restock(repeated.id, -4, repeated.key))).toBe(6);

  const rebuilt = await leaveBehind('30 seconds');
  await catalog.load(rebuilt.id);
  expect(await readingOf(rebuilt.id)).toMatchObject({ total: 6, available: 6 });
  expect(outcomeOf(await restock(rebuilt.id, -4, rebuilt.key))).toBe(6);

  const forgotten = await leaveBehind('61 seconds');
  await catalog.load(forgotten.id);
  expect(await totalOf(forgotten.id)).toBe(10);
});

test('a wish that is withdrawn while it is being decided is not granted', async () => {
  const id = await onSale(10);
  await catalog.database.run(
    `INSERT INTO restock (product_id, idempotency_key, quantity, state) VALUES ($1, 'restock-1', -4, 'PENDING')`,
    [id],
  );
  let deciding: Promise<void> | undefined;
  await catalog.database.transaction('test', async (tx) => {
    await tx.run('DELETE FROM restock WHERE product_id = $1', [id]);
    deciding = catalog.load(id);
    await eventually(async () => {
      const waiting = await tx.query(`SELECT 1 FROM pg_locks WHERE NOT granted
        AND (database IS NULL OR database = (SELECT oid FROM pg_database WHERE datname = current_database()))
        AND pg_backend_pid() = ANY(pg_blocking_pids(pid))`);
      expect(waiting).toHaveLength(1);
    });
  });
  await deciding;
  expect(await totalOf(id)).toBe(10);
  expect(await readingOf(id)).toMatchObject({ total: 10, available: 10 });
});

test('a conflict leaves the wish that it conflicts with alone', async () => {
  const id = await onSale(10);
  await catalog.database.run(
    `INSERT INTO restock (product_id, idempotency_key, quantity, state) VALUES ($1, 'restock-1', -4, 'PENDING')`,
    [id],
  );
  for (const quantity of [-3, 4]) {
    expect(outcomeOf(await restock(id, quantity, 'restock-1'))).toBe('IDEMPOTENCY_CONFLICT');
  }
  expect(outcomeOf(await restock(id, -4, 'restock-1'))).toBe(6);
});

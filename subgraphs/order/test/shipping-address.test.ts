import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Database } from '@stampede/shared/database';
import { Unavailable } from '@stampede/shared/errors';
import type { Identity, Role } from '@stampede/shared/identity';
import type { Inventory } from '@stampede/shared/inventory';
import { openResealing, openSealer } from '@stampede/shared/sealing';
import { openMetrics } from '@stampede/shared/telemetry';
import { eventually } from '@stampede/shared/testing';
import { randomBytes, randomUUID } from 'node:crypto';
import { basketOf } from '../src/checkout/basket.js';
import { checkout } from '../src/checkout/checkout.js';
import { shipToOf, type ShipTo } from '../src/checkout/ship-to.js';
import type { OrderRow } from '../src/order-row.js';
import { orderOf } from '../src/order-view.js';
import { readPersonalData } from '../src/personal-data/read-personal-data.js';
import { raiseEpoch } from '../src/rebuild/steps.js';
import { openAddressReader } from '../src/shipping-address/address-reader.js';
import { openAddress, sealAddress, SEALED_TABLES } from '../src/shipping-address/kept-address.js';
import { HOME } from './fake-addresses.js';
import { newBuyer, openOrderParts, type TestOrder } from './order-parts.js';

let order: TestOrder;
let replica: ReturnType<TestOrder['openReplica']>;
beforeAll(async () => {
  order = await openOrderParts();
  replica = order.openReplica();
});
beforeEach(() => {
  Object.assign(order.addresses, { asked: 0, failure: undefined });
});
afterAll(() => order[Symbol.asyncDispose]());

type Buyer = ReturnType<typeof newBuyer>;

/** As of an address that does not open. */
const REFUSED = new Error('user refused a question of order');
const AWAY = { ...HOME, recipient: 'Somebody', line1: 'Elsewhere', line2: null };

const sellsWarm = async (total = 10): Promise<string> => {
  const product = order.catalog.sells({ total });
  await replica.rebuilds.rebuild(product);
  return product;
};

/** Buys one unit, to be sent there. */
function buysTo({ buyerId, key }: Buyer, product: string, shipTo: ShipTo, parts = replica) {
  const basket = basketOf([{ productId: product, quantity: 1 }], { idempotencyKey: key, shipTo });
  return checkout(parts, buyerId, key, basket);
}

/** Where an order goes, as its row says; undefined when it has none. */
async function keptOf(orderId: string) {
  const [row] = await order.database.query<{ address: Buffer }>(
    'SELECT address FROM shipping_address WHERE id = $1',
    [orderId],
  );
  return row && openAddress(order.sealer, orderId, row.address);
}

test('copies a saved address into the order: what becomes of it afterwards leaves the order alone', async () => {
  const product = await sellsWarm();
  const buyer = newBuyer();
  const addressId = order.addresses.save(buyer.buyerId);
  expect(await buysTo(buyer, product, { addressId })).toMatchObject({ order: { id: buyer.orderId } });
  order.addresses.save(buyer.buyerId, AWAY, addressId);
  expect(await keptOf(buyer.orderId)).toEqual(HOME);
  expect(order.addresses.asked).toBe(1);
});

test('keeps a given address without what the person calls it, and asks nobody', async () => {
  const product = await sellsWarm();
  const buyer = newBuyer();
  const shipTo = shipToOf({ address: { ...HOME, label: 'home', line1: `  ${HOME.line1} `, line2: ' ' } });
  await buysTo(buyer, product, shipTo);
  expect(await keptOf(buyer.orderId)).toEqual({ ...HOME, line2: null });
  expect(order.addresses.asked).toBe(0);
});

test('keeps no row for an order that goes nowhere', async () => {
  const product = await sellsWarm();
  const buyer = newBuyer();
  expect(await buysTo(buyer, product, null)).toMatchObject({ order: { id: buyer.orderId } });
  expect(await keptOf(buyer.orderId)).toBeUndefined();
});

test('keeps an address as one envelope that opens for its own order only', async () => {
  const product = await sellsWarm();
  const buyer = newBuyer();
  await buysTo(buyer, product, { address: HOME });
  const [row] = await order.database.query<{ address: Buffer }>(
    'SELECT address FROM shipping_address WHERE id = $1',
    [buyer.orderId],
  );
  const envelope = row?.address ?? Buffer.of();
  for (const part of Object.values(HOME)) expect(envelope.includes(part)).toBe(false);
  const other = randomUUID();
  expect(() => openAddress(order.sealer, other, envelope)).toThrow(
    `the address of order ${other} does not open`,
  );
});

test('looks nothing up for a buyer who is refused', async () => {
  const product = await sellsWarm(1);
  await buysTo(newBuyer(), product, null);
  const late = newBuyer();
  const outcome = await buysTo(late, product, { addressId: order.addresses.save(late.buyerId) });
  expect(outcome).toMatchObject({ rejection: { productId: product, available: 0 } });
  expect(order.addresses.asked).toBe(0);
});

test('looks nothing up for an order that stands', async () => {
  const product = await sellsWarm();
  const buyer = newBuyer();
  const shipTo = { addressId: order.addresses.save(buyer.buyerId) };
  await buysTo(buyer, product, shipTo);
  const again = await buysTo(buyer, product, shipTo);
  expect(again).toMatchObject({ order: { id: buyer.orderId }, isNew: false });
  expect(order.addresses.asked).toBe(1);
});

test.each(['has been removed', 'is not to be had', 'does not open'])(
  'an order that stands is given again, though Redis forgot it and its saved address %s',
  async (fate) => {
    const product = await sellsWarm();
    const buyer = newBuyer();
    const shipTo = { addressId: order.addresses.save(buyer.buyerId) };
    await buysTo(buyer, product, shipTo);
    await order.redis.hdel(order.keysOf(product)[1]!, buyer.orderId);
    await order.redis.hdel(order.keysOf(product)[2]!, buyer.buyerId);
    if (fate === 'has been removed') order.addresses.remove(buyer.buyerId, shipTo.addressId);
    else order.addresses.failure = fate === 'does not open' ? REFUSED : new Unavailable('user');
    const again = await buysTo(buyer, product, shipTo);
    expect(again).toMatchObject({ order: { id: buyer.orderId }, isNew: false });
    expect(await keptOf(buyer.orderId)).toEqual(HOME);
    expect(await order.holdsOf(product)).toMatchObject([{ state: 'PLACED' }]);
  },
);

test('a winner with a saved address costs PostgreSQL nothing while the units are held, but for placing', async () => {
  const product = await sellsWarm();
  const buyer = newBuyer();
  const statements: string[] = [];
  const database: Database = {
    ...order.database,
    query: (text, values) => {
      statements.push(text);
      return order.database.query(text, values);
    },
  };
  const shipTo = { addressId: order.addresses.save(buyer.buyerId) };
  const outcome = await buysTo(buyer, product, shipTo, { ...replica, database });
  expect(outcome).toMatchObject({ order: { id: buyer.orderId }, isNew: true });
  expect(statements).toEqual([]);
});

test('the same checkout, sent five times at once, is one order that goes to one address', async () => {
  const product = await sellsWarm();
  const buyer = newBuyer();
  const shipTo = { addressId: order.addresses.save(buyer.buyerId) };
  const outcomes = await Promise.all(Array.from({ length: 5 }, () => buysTo(buyer, product, shipTo)));
  for (const outcome of outcomes) expect(outcome).toMatchObject({ order: { id: buyer.orderId } });
  expect(await keptOf(buyer.orderId)).toEqual(HOME);
  expect(await order.counts(product)).toMatchObject({ available: 9, held: 1 });
});

test('looks up once for a purchase that takes several tries', async () => {
  const product = await sellsWarm();
  const buyer = newBuyer();
  let raised = false;
  const raising: Inventory = {
    ...order.inventory,
    reserve: async (request) => {
      const answer = await order.inventory.reserve(request);
      if (!raised) await raiseEpoch(order.database, product, 0);
      raised = true;
      return answer;
    },
  };
  const shipTo = { addressId: order.addresses.save(buyer.buyerId) };
  await buysTo(buyer, product, shipTo, order.openReplica(raising));
  expect(await order.holdsOf(product)).toMatchObject([{ epoch: 3, order_id: buyer.orderId }]);
  expect(await keptOf(buyer.orderId)).toEqual(HOME);
  expect(order.addresses.asked).toBe(1);
});

test.each(['another person’s', 'an unknown', 'a removed'])(
  'gives back what it held for %s address',
  async (whose) => {
    const product = await sellsWarm();
    const buyer = newBuyer();
    const addressId = whose === 'another person’s' ? order.addresses.save(randomUUID()) : randomUUID();
    await expect(buysTo(buyer, product, { addressId })).rejects.toMatchObject({
      message: 'There is no such address.',
      extensions: { code: 'NOT_FOUND' },
    });
    expect(await order.holdsOf(product)).toMatchObject([{ order_id: buyer.orderId, state: 'ABANDONED' }]);
    // At once, not when the effect comes: whoever sees the mistake and sends the right address meets no hold of theirs.
    expect(await order.counts(product)).toMatchObject({ available: 10, held: 0 });
    const shipTo = { addressId: order.addresses.save(buyer.buyerId) };
    expect(await buysTo(buyer, product, shipTo)).toMatchObject({ order: { id: buyer.orderId } });
    await order.appliesEffects();
    expect(await order.counts(product)).toMatchObject({ available: 9, held: 1 });
  },
);

test('holds on while the user service is away: the retry of the same key buys what was held', async () => {
  const product = await sellsWarm(1);
  const buyer = newBuyer();
  const shipTo = { addressId: order.addresses.save(buyer.buyerId) };
  order.addresses.failure = new Unavailable('user');
  await expect(buysTo(buyer, product, shipTo)).rejects.toThrow(Unavailable);
  expect(await order.holdsOf(product)).toEqual([]);
  expect(await order.stateOf(product, buyer.orderId)).toBe('held');
  expect(await buysTo(newBuyer(), product, null)).toMatchObject({ rejection: { available: 0 } });

  order.addresses.failure = undefined;
  expect(await buysTo(buyer, product, shipTo)).toMatchObject({ order: { id: buyer.orderId }, isNew: true });
  expect(await order.holdsOf(product)).toEqual([
    { epoch: 1, serial: 1, order_id: buyer.orderId, state: 'PLACED' },
  ]);
  expect(await keptOf(buyer.orderId)).toEqual(HOME);
});

test('gives back what it held when the user service refuses for good', async () => {
  const product = await sellsWarm();
  const buyer = newBuyer();
  const shipTo = { addressId: order.addresses.save(buyer.buyerId) };
  order.addresses.failure = REFUSED;
  await expect(buysTo(buyer, product, shipTo)).rejects.toBe(REFUSED);
  expect(await order.holdsOf(product)).toMatchObject([{ order_id: buyer.orderId, state: 'ABANDONED' }]);
  expect(await order.counts(product)).toMatchObject({ available: 10, held: 0 });

  order.addresses.failure = undefined;
  expect(await buysTo(buyer, product, shipTo)).toMatchObject({ order: { id: buyer.orderId }, isNew: true });
  await order.appliesEffects();
  expect(await order.counts(product)).toMatchObject({ available: 9, held: 1 });
});

test('another address under the same key is a conflict, and the order goes where it went', async () => {
  const product = await sellsWarm();
  const buyer = newBuyer();
  await buysTo(buyer, product, { address: HOME });
  for (const shipTo of [null, { address: AWAY }, { addressId: order.addresses.save(buyer.buyerId) }]) {
    await expect(buysTo(buyer, product, shipTo)).rejects.toMatchObject({
      extensions: { code: 'IDEMPOTENCY_CONFLICT' },
    });
  }
  expect(await keptOf(buyer.orderId)).toEqual(HOME);
});

test('takes one address, and only what can be one', () => {
  const addressId = randomUUID();
  expect(shipToOf({ addressId: addressId.toUpperCase() })).toEqual({ addressId });
  expect(shipToOf({ addressId: null, address: null })).toBeNull();
  for (const none of ['', 'x', `${addressId}0`]) {
    expect(() => shipToOf({ addressId: none })).toThrow('There is no such address.');
  }
  expect(() => shipToOf({ addressId, address: HOME })).toThrow('cannot be given with addressId');
});

/** An order of goods or of tickets, in this status, to be sent to HOME. */
async function goesHome(status: string, usedOn: string | null = null) {
  const product = await sellsWarm();
  const buyer = newBuyer();
  await buysTo(buyer, product, { address: HOME });
  const [line] = await order.database.query<{ seller_id: string }>(
    `UPDATE order_line SET refund_policy = $2 WHERE order_id = $1 RETURNING seller_id`,
    [buyer.orderId, JSON.stringify({ usedOn, tiers: [] })],
  );
  const [row] = await order.database.query<OrderRow>(
    'UPDATE orders SET status = $2 WHERE id = $1 RETURNING *',
    [buyer.orderId, status],
  );
  return { ...buyer, seller: line!.seller_id, row: row!, order: orderOf(row!) };
}

const as = (userId: string, role: Role = 'BUYER'): Identity => ({
  kind: 'user',
  userId,
  role,
  sessionId: randomUUID(),
});

test('shows an address to its buyer, to operators, and to nobody who has nothing to do with it', async () => {
  const { shownTo } = openAddressReader(order.database, order.sealer);
  for (const status of ['PENDING_PAYMENT', 'SHIPPED', 'REFUNDED']) {
    const sent = await goesHome(status);
    expect(await shownTo(as(sent.buyerId), sent.order)).toEqual(HOME);
    expect(await shownTo(as(randomUUID(), 'OPERATOR'), sent.order)).toEqual(HOME);
    for (const other of [as(randomUUID()), as(randomUUID(), 'SELLER')]) {
      expect(await shownTo(other, sent.order)).toBeNull();
    }
    expect(await shownTo({ kind: 'anonymous' }, sent.order)).toBeNull();
    expect(await shownTo({ kind: 'service', service: 'payment' }, sent.order)).toBeNull();
  }
});

test('shows an address to whoever sells goods in the order, from when they are sold until they are there', async () => {
  const { shownTo } = openAddressReader(order.database, order.sealer);
  const shown: Record<string, boolean> = {};
  const statuses = ['PENDING_PAYMENT', 'PAID', 'CONFIRMED', 'PREPARING', 'SHIPPED', 'DELIVERED'];
  for (const status of [...statuses, 'EXPIRED', 'CANCELLED', 'REFUNDING', 'REFUNDED']) {
    const sent = await goesHome(status);
    shown[status] = (await shownTo(as(sent.seller, 'SELLER'), sent.order)) !== null;
  }
  expect(Object.keys(shown).filter((status) => shown[status])).toEqual(statuses.slice(2));
  const ticket = await goesHome('CONFIRMED', '2026-12-24T10:00:00.000Z');
  expect(await shownTo(as(ticket.seller, 'SELLER'), ticket.order)).toBeNull();
  // Who is no seller any more sends nothing.
  const former = await goesHome('CONFIRMED');
  expect(await shownTo(as(former.seller), former.order)).toBeNull();
});

test('reads the addresses of a page of orders by one statement', async () => {
  const sent = [await goesHome('CONFIRMED'), await goesHome('PAID'), await goesHome('CONFIRMED')];
  let statements = 0;
  const counting: Database = {
    ...order.database,
    query: (text, values) => {
      statements += 1;
      return order.database.query(text, values);
    },
  };
  const { shownTo } = openAddressReader(counting, order.sealer);
  const operator = as(randomUUID(), 'OPERATOR');
  const shown = await Promise.all(sent.map((one) => shownTo(operator, one.order)));
  expect(shown).toEqual([HOME, HOME, HOME]);
  expect(statements).toBe(1);
});

test('an address that does not open is not passed off as none, and the error tells nothing of it', async () => {
  const [mine, other] = [await goesHome('CONFIRMED'), await goesHome('CONFIRMED')];
  await order.database.run(
    'UPDATE shipping_address SET address = (SELECT address FROM shipping_address WHERE id = $2) WHERE id = $1',
    [mine.orderId, other.orderId],
  );
  const { shownTo } = openAddressReader(order.database, order.sealer);
  await expect(shownTo(as(mine.buyerId), mine.order)).rejects.toThrow(
    `the address of order ${mine.orderId} does not open`,
  );
  expect(await shownTo(as(other.buyerId), other.order)).toEqual(HOME);
});

test('tells a person where each of their orders goes, among all that is kept of them', async () => {
  const product = await sellsWarm();
  const buyer = newBuyer();
  await buysTo(buyer, product, { address: HOME });
  const nowhere = { ...newBuyer(), buyerId: buyer.buyerId };
  await buysTo(nowhere, product, null);
  const { items } = await readPersonalData(order.database, order.sealer, buyer.buyerId, null);
  expect(items).toMatchObject([{ shippingAddress: null }, { id: buyer.orderId, shippingAddress: HOME }]);
});

test('seals addresses anew by another key, and they still open', async () => {
  const [old, fresh] = ['old', 'new'].map((name) => `${name}:${randomBytes(32).toString('base64')}`);
  const sent = await goesHome('CONFIRMED');
  await order.database.run('DELETE FROM shipping_address WHERE id <> $1', [sent.orderId]);
  await order.database.run('UPDATE shipping_address SET address = $2 WHERE id = $1', [
    sent.orderId,
    sealAddress(openSealer(String(old)), sent.orderId, HOME),
  ]);
  const job = openResealing({
    ...order,
    sealer: openSealer(`${fresh},${old}`),
    tables: SEALED_TABLES,
    metrics: openMetrics('order'),
    pauseMs: 5,
  });
  const readKept = async () => {
    const [row] = await order.database.query<{ address: Buffer }>('SELECT address FROM shipping_address');
    return openAddress(openSealer(String(fresh)), sent.orderId, row?.address ?? Buffer.of());
  };
  expect(await eventually(readKept)).toEqual(HOME);
  await job.close();
});

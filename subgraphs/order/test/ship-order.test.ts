import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Role } from '@stampede/shared/identity';
import type { SubgraphContext } from '@stampede/shared/subgraph';
import type { GraphQLError } from 'graphql';
import { randomUUID } from 'node:crypto';
import { openDeliveryReader } from '../src/delivery/delivery-reader.js';
import { DeliveryResolver } from '../src/delivery/delivery.resolver.js';
import { shipOrder, type Shipper } from '../src/delivery/ship-order.js';
import { OrderStatus } from '../src/order-status.js';
import { orderOf } from '../src/order-view.js';
import { openOrders, PAYMENT, type OrdersUnderTest } from './open-orders.js';

const { PENDING_PAYMENT, PAID, CONFIRMED, PREPARING, SHIPPED, DELIVERED } = OrderStatus;
const { EXPIRED, CANCELLED, REFUNDING, REFUNDED } = OrderStatus;
const PARCEL = { carrier: 'CJ Logistics', trackingNumber: '640012345678' };
const ANOTHER = { carrier: 'Hanjin', trackingNumber: '640087654321' };
const OPERATOR: Shipper = { userId: randomUUID(), role: 'OPERATOR' };

let orders: OrdersUnderTest;
let seller: Shipper;
beforeAll(async () => {
  orders = await openOrders();
  seller = { userId: orders.seller, role: 'SELLER' };
});
afterAll(() => orders[Symbol.asyncDispose]());

const places = (status: OrderStatus) => orders.place(status, { paid_payment_id: PAYMENT });
const ships = (id: string, parcel = PARCEL, by = seller) => shipOrder(orders.database, id, parcel, by);
/** How something is refused: the code, and the message. */
const refusalOf = (asked: Promise<unknown>) =>
  asked.then(
    () => 'not refused',
    ({ extensions, message }: GraphQLError) => [extensions.code, message],
  );
const NOT_THERE = ['NOT_FOUND', 'There is no such order.'];
const OF_SEVERAL = ['FORBIDDEN', 'It holds goods of another seller: an operator ships it.'];
const TICKETS_ALONE = ['BAD_USER_INPUT', 'id: has nothing to ship: it is of tickets alone.'];
const turnsIntoTickets = (id: string, productId: string | null = null) =>
  orders.database.run(
    `UPDATE order_line SET refund_policy = '{"usedOn": "2030-01-01T00:00:00Z", "tiers": []}'
     WHERE order_id = $1 AND product_id = coalesce($2, product_id)`,
    [id, productId],
  );
const sells = (id: string, productId: string, sellerId: string) =>
  orders.database.run('UPDATE order_line SET seller_id = $3 WHERE order_id = $1 AND product_id = $2', [
    id,
    productId,
    sellerId,
  ]);
/** All of it: who is refused changes nothing of it. */
const whole = async (id: string) => ({
  ...(await orders.stateOf(id)),
  row: await orders.database.query('SELECT * FROM orders WHERE id = $1', [id]),
  delivery: await openDeliveryReader(orders.database)(id),
});

test.each([
  [CONFIRMED, [PREPARING, SHIPPED]],
  [PREPARING, [SHIPPED]],
])('an order that is %s is shipped, step by step, and arrives so long after that', async (status, steps) => {
  const id = await places(status);
  await orders.database.run(`UPDATE orders SET delivery_since = now() - interval '1 day' WHERE id = $1`, [
    id,
  ]);
  expect(await ships(id)).toMatchObject({ id, status: SHIPPED });
  const { timeline, said, row, delivery, order } = await whole(id);
  expect(timeline).toEqual(steps);
  expect(said).toEqual([['order.shipped', { orderId: id, buyerId: order?.buyer_id, revision: 1 }]]);
  expect(delivery).toMatchObject({ ...PARCEL, deliveredAt: null });
  expect(row).toMatchObject([{ status: SHIPPED, delivery_since: delivery?.shippedAt }]);
  const reasons = await orders.database.query('SELECT DISTINCT reason FROM order_event WHERE order_id = $1', [
    id,
  ]);
  expect(reasons).toEqual([{ reason: 'SELLER' }]);
});

test('the same parcel again is already so, also once it has arrived; of another one then nobody hears', async () => {
  const id = await places(PREPARING);
  await ships(id);
  const shipped = await whole(id);
  expect(await ships(id)).toMatchObject({ status: SHIPPED });
  expect(await ships(id, PARCEL, OPERATOR)).toMatchObject({ status: SHIPPED });
  expect(await whole(id)).toEqual(shipped);

  await orders.database.run(`UPDATE orders SET status = 'DELIVERED' WHERE id = $1`, [id]);
  const delivered = await whole(id);
  expect(await ships(id)).toMatchObject({ status: DELIVERED });
  expect(await refusalOf(ships(id, ANOTHER))).toEqual(['BAD_USER_INPUT', 'id: has been delivered.']);
  expect(await whole(id)).toEqual(delivered);
});

test('another number, while it is under way, corrects the first, and the buyer is told', async () => {
  const id = await places(CONFIRMED);
  await ships(id);
  const before = await whole(id);
  expect(await ships(id, ANOTHER, OPERATOR)).toMatchObject({ status: SHIPPED });
  const after = await whole(id);
  expect(after.delivery).toEqual(Object.assign({}, before.delivery, ANOTHER));
  expect(after.timeline).toEqual([PREPARING, SHIPPED]);
  expect(after.said.map(([name, body]) => [name, body])).toEqual([
    ...before.said,
    ['order.shipped', { ...before.said[0]?.[1], revision: 2 }],
  ]);
  await ships(id);
  expect((await whole(id)).said.at(-1)).toEqual(['order.shipped', { ...before.said[0]?.[1], revision: 3 }]);
  // What was shipped arrives when it would have; followers are shown it anew.
  const [was, is] = [before.row[0], after.row[0]];
  expect(is?.delivery_since).toEqual(was?.delivery_since);
  expect(is?.updated_at).not.toEqual(was?.updated_at);
});

test.each([
  [PENDING_PAYMENT, 'is not confirmed yet.'],
  [PAID, 'is not confirmed yet.'],
  [EXPIRED, 'has ended.'],
  [CANCELLED, 'has ended.'],
  [REFUNDING, 'has ended.'],
  [REFUNDED, 'has ended.'],
])('an order that is %s is not shipped', async (status, why) => {
  const id = await places(status);
  const before = await whole(id);
  await expect(ships(id)).rejects.toMatchObject({
    extensions: { code: 'BAD_USER_INPUT', fields: [{ path: 'id', message: why }] },
  });
  expect(await whole(id)).toEqual(before);
});

test('tickets alone are nothing to ship; with goods beside them, the goods are', async () => {
  const [tickets, mixed] = [await places(CONFIRMED), await places(CONFIRMED)];
  await turnsIntoTickets(tickets);
  await turnsIntoTickets(mixed, orders.products[0]);
  expect(await refusalOf(ships(tickets))).toEqual(TICKETS_ALONE);
  expect(await refusalOf(ships(tickets, PARCEL, OPERATOR))).toEqual(TICKETS_ALONE);
  expect((await orders.stateOf(tickets)).timeline).toEqual([]);
  expect(await ships(mixed)).toMatchObject({ status: SHIPPED });
});

test('who sells some of the goods ships none, and who sells all of them ships, whoever sold the tickets', async () => {
  const [first, second] = orders.products as [string, string];
  const other: Shipper = { userId: randomUUID(), role: 'SELLER' };
  const shared = await places(CONFIRMED);
  await sells(shared, second, other.userId);
  for (const by of [seller, other]) expect(await refusalOf(ships(shared, PARCEL, by))).toEqual(OF_SEVERAL);
  expect((await orders.stateOf(shared)).timeline).toEqual([]);
  expect(await ships(shared, PARCEL, OPERATOR)).toMatchObject({ status: SHIPPED });

  const mixed = await places(CONFIRMED);
  await sells(mixed, first, other.userId);
  await turnsIntoTickets(mixed, first);
  expect(await refusalOf(ships(mixed, PARCEL, other))).toEqual(OF_SEVERAL);
  expect(await ships(mixed)).toMatchObject({ status: SHIPPED });
});

test('what a seller has no part in is not there', async () => {
  const id = await places(CONFIRMED);
  const stranger: Shipper = { userId: randomUUID(), role: 'SELLER' };
  const before = await whole(id);
  for (const asked of [
    ships(id, PARCEL, stranger),
    ships(randomUUID()),
    ships(randomUUID(), PARCEL, OPERATOR),
  ])
    expect(await refusalOf(asked)).toEqual(NOT_THERE);
  expect(await whole(id)).toEqual(before);
});

test('a parcel is shown to its buyer, operators and sellers of its goods, not to who sold a ticket beside them', async () => {
  const id = await places(CONFIRMED);
  const [ticket] = orders.products as [string];
  const organiser = randomUUID();
  await turnsIntoTickets(id, ticket);
  await sells(id, ticket, organiser);
  const order = orderOf(await ships(id));
  const resolver = new DeliveryResolver(orders.database);
  const sees = async (userId: string, role: Role) => {
    const identity = { kind: 'user', userId, role, sessionId: '' } as const;
    const delivery = await resolver.delivery({ identity } as SubgraphContext, order);
    return delivery?.trackingNumber === PARCEL.trackingNumber;
  };
  expect(await sees(order.buyer.id, 'BUYER')).toBe(true);
  expect(await sees(organiser, 'SELLER')).toBe(false);
  expect(await sees(orders.seller, 'SELLER')).toBe(true);
  expect(await sees(randomUUID(), 'OPERATOR')).toBe(true);
  expect(await sees(randomUUID(), 'SELLER')).toBe(false);
});

test('five times at once is once', async () => {
  const id = await places(CONFIRMED);
  await Promise.all(Array.from({ length: 5 }, () => ships(id)));
  const { timeline, said } = await orders.stateOf(id);
  expect(timeline).toEqual([PREPARING, SHIPPED]);
  expect(said).toHaveLength(1);
});

test('deliveries of many orders are read by one statement', async () => {
  const ids = [await places(CONFIRMED), await places(PREPARING), await places(CONFIRMED)];
  await ships(ids[0]!);
  await ships(ids[1]!, ANOTHER);
  let statements = 0;
  const read = openDeliveryReader({
    ...orders.database,
    query: (...args) => {
      statements += 1;
      return orders.database.query(...args);
    },
  });
  const found = await Promise.all(ids.map(read));
  expect(found.map((delivery) => delivery?.carrier)).toEqual(['CJ Logistics', 'Hanjin', undefined]);
  expect(found[2]).toBeNull();
  expect(statements).toBe(1);
});

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually, openShop, type Buyer, type Shop } from '@stampede/shared/testing';
import { tally } from './deliveries.fixture.js';
import { followsOrder } from './follows-order.js';

const WAIT_S = 1_000;
const SHIP = `mutation ($id: ID!, $carrier: String!, $trackingNumber: String!) {
  shipOrder(id: $id, carrier: $carrier, trackingNumber: $trackingNumber) {
    id status buyer { id name } lines { quantity } timeline { status reason }
    delivery { carrier trackingNumber shippedAt deliveredAt } } }`;
const ORDER = `query ($id: ID!) { order(id: $id) {
  status number delivery { carrier trackingNumber shippedAt deliveredAt } timeline { at status reason } } }`;
const SOLD = '{ orders(scope: SOLD) { edges { node { id delivery { carrier } } } } }';

let shop: Shop;
let buyer: Buyer;
beforeAll(async () => {
  const [DELIVERY_PREPARE_AFTER_S, DELIVERY_SHIP_AFTER_S, DELIVERY_ARRIVE_AFTER_S] = [
    WAIT_S,
    WAIT_S,
    WAIT_S,
  ].map(String);
  const schedule = { DELIVERY_PREPARE_AFTER_S, DELIVERY_SHIP_AFTER_S, DELIVERY_ARRIVE_AFTER_S };
  shop = await openShop({
    limitPerBuyer: 20,
    env: { order: { ...(schedule as Record<string, string>), DELIVERY_CARRIER: 'Test Express' } },
  });
  buyer = await shop.buyer();
});
afterAll(() => shop[Symbol.asyncDispose]());

const buys = async () =>
  (await buyer.buys([{ productId: shop.product.id, quantity: 2 }])) as { id: string; total: object };
/** So many steps of the delivery are due now, and one half of the wait for the next is over. */
const makesDue = (ids: string[], steps: number) =>
  shop
    .sql('order')
    .run('UPDATE orders SET delivery_since = now() - make_interval(secs => $2) WHERE id = ANY($1)', [
      ids,
      (steps + 0.5) * WAIT_S,
    ]);

test('who follows an order is shown each step, up to its arrival', async () => {
  const { id } = await buys();
  await using followed = await followsOrder(shop, buyer, id);
  const steps = ['CONFIRMED', 'PREPARING', 'SHIPPED', 'DELIVERED'];
  for (const [index, status] of steps.entries()) {
    if (index > 0) await makesDue([id], 1);
    await eventually(() => expect(followed.seen.at(-1)?.status).toBe(status));
  }
  expect([...new Set(followed.seen.map(({ status }) => status))]).toEqual(steps);
  const { data } = await buyer.send(ORDER, { id });
  const { number, delivery, timeline } = data.order;
  expect(timeline.slice(-3)).toMatchObject(steps.slice(1).map((status) => ({ status, reason: 'SCHEDULE' })));
  expect(delivery).toMatchObject({
    carrier: 'Test Express',
    trackingNumber: `ST${String(number).replaceAll('-', '')}`,
    shippedAt: expect.any(String),
    deliveredAt: expect.any(String),
  });
  const { data: answer } = await buyer.cancelOrder(id);
  expect(answer.cancelOrder).toMatchObject({
    __typename: 'OrderNotCancellable',
    order: { status: 'DELIVERED' },
  });
  await shop.invariants();
});

test('what is being packed is still cancelled in full, and goes nowhere', async () => {
  const { id, total } = await buys();
  await makesDue([id], 1);
  await buyer.seesOrder(id, 'PREPARING');
  await buyer.cancelOrder(id);
  expect(await buyer.seesOrder(id, 'REFUNDED')).toMatchObject({ refunded: total });
  const { data, errors } = await shop.seller.send(SHIP, { id, carrier: 'CJ', trackingNumber: '1' });
  expect(data).toBeNull();
  expect(errors?.[0]?.extensions).toMatchObject({
    code: 'BAD_USER_INPUT',
    fields: [{ path: 'id', message: 'has ended.' }],
  });
  await shop.invariants();
});

test('a seller ships what they sold, and is shown it as it is', async () => {
  const { id } = await buys();
  const parcel = { id, carrier: ' CJ Logistics ', trackingNumber: '640012345678' };
  const [other] = (await shop.accounts(1, 'SELLER')) as [Buyer];
  const codeOf = async (who: Buyer, input: object, headers?: Record<string, string>) => {
    const { errors } = await who.send(SHIP, { ...parcel, ...input }, headers);
    return errors?.flatMap(({ extensions: { code, fields = [] } }) => [
      code,
      ...(fields as { path: string }[]).map(({ path }) => path),
    ]);
  };
  expect(await codeOf(buyer, {})).toEqual(['NOT_FOUND']);
  expect(await codeOf(other, {})).toEqual(['NOT_FOUND']);
  expect(await codeOf(shop.seller, {}, { authorization: '' })).toEqual(['UNAUTHENTICATED']);
  for (const none of ['x', `${id}'`, '00000000-0000-4000-8000-000000000000'])
    expect(await codeOf(shop.seller, { id: none })).toEqual(['NOT_FOUND']);
  for (const text of ['', ' ', 'x'.repeat(51), 'a\u0000', 'a\nb', '\u200b']) {
    expect(await codeOf(shop.seller, { carrier: text })).toEqual(['BAD_USER_INPUT', 'carrier']);
    expect(await codeOf(shop.seller, { trackingNumber: text })).toEqual(['BAD_USER_INPUT', 'trackingNumber']);
  }
  expect(await buyer.order(id)).toMatchObject({ data: { order: { status: 'CONFIRMED' } } });

  const { data } = await shop.seller.send(SHIP, parcel);
  expect(data.shipOrder).toMatchObject({
    status: 'SHIPPED',
    buyer: { id: buyer.id },
    lines: [{ quantity: 2 }],
    delivery: { carrier: 'CJ Logistics', trackingNumber: '640012345678', deliveredAt: null },
  });
  expect(data.shipOrder.timeline.slice(-2)).toEqual([
    { status: 'PREPARING', reason: 'SELLER' },
    { status: 'SHIPPED', reason: 'SELLER' },
  ]);
  const sold = (await shop.seller.send(SOLD)).data.orders.edges as { node: object }[];
  expect(sold[0]?.node).toEqual({ id, delivery: { carrier: 'CJ Logistics' } });
});

test('a replica that is killed amid the steps of a delivery leaves them to the other, and each is taken once', async () => {
  const ids = [(await buys()).id, (await buys()).id, (await buys()).id];
  const first = shop.services.order;
  const second = await first.another({ PGAPPNAME: 'second' });
  try {
    second.start();
    await second.ready();
    const blocked = await shop.sql('order').transaction(async (tx) => {
      // Whoever takes a step comes as far as the line of the timeline, with the orders’ rows in hand.
      await tx.run('LOCK TABLE order_event IN SHARE MODE');
      await makesDue(ids, 2);
      const name = await eventually(async () => {
        const [waiting] = await shop.sql('order').query<{ name: string }>(
          `SELECT application_name AS name FROM pg_stat_activity WHERE datname = current_database()
             AND wait_event_type = 'Lock' AND query LIKE 'INSERT INTO order_event%'`,
        );
        if (!waiting) throw new Error('nobody takes a step');
        return waiting.name;
      });
      await (name === 'second' ? second : first).stop('SIGKILL');
      return name;
    });
    await eventually(async () =>
      expect(await tally(shop.sql('order'), ids)).toMatchObject({ orders: { SHIPPED: 3 } }),
    );
    const { events, parcels, said } = await tally(shop.sql('order'), ids);
    expect(events).toEqual({
      PENDING_PAYMENT: 3,
      PAID: 3,
      CONFIRMED: 3,
      PREPARING: 3,
      SHIPPED: 3,
    });
    expect(parcels).toEqual({ 'under way': 3 });
    expect(said['order.shipped']).toBe(3);
    if (blocked !== 'second') {
      first.start();
      await first.ready();
    }
  } finally {
    await second.stop();
  }
  await shop.invariants();
});

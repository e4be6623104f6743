import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { eventually, openShop, productKeys, type Buyer, type Shop } from '@stampede/shared/testing';
import { checkoutRaces } from './checkout.race.fixture.js';
import { stockOf, type Product } from './race.fixture.js';
import { openSecondFront, type SecondFront } from './second-front.js';

let shop: Shop;
let front: SecondFront;
beforeAll(async () => {
  shop = await openShop();
  front = await openSecondFront(shop);
});
afterEach(async () => {
  for (const operation of ['approve', 'cancel'] as const) await shop.fault({ operation, fault: 'none' });
});
afterAll(async () => {
  await front[Symbol.asyncDispose]();
  await shop[Symbol.asyncDispose]();
});

// On the same shop and its second front: to start both takes longer than its tests.
checkoutRaces(() => ({ shop, front }));

interface Agreed {
  buyer: Buyer;
  orderId: string;
  paymentId: string;
  token: string;
}

/** So many orders of one unit of one product, whose buyers have all pressed “pay”: only approvePayment is missing. */
async function agree(count: number) {
  const product = await shop.createProduct({ stock: count });
  const buyers = await shop.accounts(count);
  return { product, agreed: await Promise.all(buyers.map((buyer) => agreeOn(product, buyer))) };
}

async function agreeOn({ id: productId }: Product, buyer: Buyer): Promise<Agreed> {
  const { id } = await buyer.places([{ productId, quantity: 1 }]);
  return { buyer, orderId: id, ...(await buyer.paysAtProvider(id)) };
}

const approve = async ({ buyer, paymentId, token }: Agreed): Promise<string> =>
  (await buyer.approvePayment(paymentId, token)).data.approvePayment.__typename;
const cancel = async (device: Buyer, orderId: string): Promise<{ __typename: string; status?: string }> =>
  (await device.cancelOrder(orderId)).data.cancelOrder;

const LOOK = 'query ($id: ID!) { order(id: $id) { status } }';
/** Lets so many round trips go by: what races is spread over what it races against, with no clock in it. */
async function after<T>(
  roundTrips: number,
  device: Buyer,
  orderId: string,
  work: () => Promise<T>,
): Promise<T> {
  for (let trip = 0; trip < roundTrips; trip += 1) await device.send(LOOK, { id: orderId });
  return work();
}

/** How an order ended: its status, its payment's, and how often the provider was asked to take and to give back. */
async function endOf({ buyer, orderId }: Agreed): Promise<string> {
  const { data } = await buyer.order(orderId);
  const { approve: taken, cancel: givenBack } = await shop.providerCalls(orderId);
  return `${data.order.status}, ${data.order.payments[0].status}, taken ${taken}, given back ${givenBack}`;
}

const UNPAID = 'CANCELLED, CANCELLED, taken 0, given back 0';
const LAPSED = 'EXPIRED, CANCELLED, taken 0, given back 0';
const PAID = 'CONFIRMED, APPROVED, taken 1, given back 0';
const STOPPED = 'CANCELLED, REFUNDED, taken 1, given back 1';
const RETURNED = 'REFUNDED, REFUNDED, taken 1, given back 1';

/** Every order ended in one of these ways, and the units are where the ends say. */
async function expectEnds(product: Product, ends: string[], allowed: string[]): Promise<void> {
  for (const end of ends) expect(allowed).toContain(end);
  await expectStock(product, ends.length, ends.filter((end) => end === PAID).length);
}

async function expectStock(product: Product, total: number, sold: number): Promise<void> {
  const { stock } = await stockOf(shop, product);
  expect(stock).toEqual({ total, available: total - sold, held: 0, sold });
}

test('cancelling against approving: paid, or cancelled and nothing kept, and both are told the same', async () => {
  const { product, agreed } = await agree(20);
  const told = await Promise.all(
    agreed.map(async (each, index) => {
      const device = front.device(each.buyer);
      const [approved, cancelled] = await Promise.all([
        after(index % 3 === 0 ? 1 : 0, each.buyer, each.orderId, () => approve(each)),
        after(index % 10, device, each.orderId, () => cancel(device, each.orderId)),
      ]);
      return { approved, cancelled: cancelled.__typename };
    }),
  );
  await shop.invariants();
  const ends = await Promise.all(agreed.map(endOf));
  await expectEnds(product, ends, [UNPAID, PAID, STOPPED, RETURNED]);
  for (const [index, end] of ends.entries()) {
    expect(told[index]).toEqual({
      approved: end === UNPAID ? 'OrderNotPayable' : 'Payment',
      cancelled: end === PAID ? 'OrderNotCancellable' : 'Order',
    });
  }
});

test('the end of the hold against approving: paid, or expired and nothing taken', async () => {
  const { product, agreed } = await agree(20);
  await shop
    .sql('order')
    .run(`UPDATE orders SET pay_by = now() + random() * interval '400 milliseconds' WHERE id = ANY($1)`, [
      agreed.map(({ orderId }) => orderId),
    ]);
  const told = await Promise.all(
    agreed.map((each, index) => after(index % 10, each.buyer, each.orderId, () => approve(each))),
  );
  await shop.invariants();
  const ends = await Promise.all(agreed.map(endOf));
  await expectEnds(product, ends, [LAPSED, PAID]);
  expect(told).toEqual(ends.map((end) => (end === PAID ? 'Payment' : 'OrderNotPayable')));
});

test('an order that is cancelled again while its refund is under way is refunded once', async () => {
  const { product, agreed } = await agree(1);
  const [each] = agreed as [Agreed];
  await approve(each);
  await each.buyer.seesOrder(each.orderId, 'CONFIRMED');
  await shop.fault({ operation: 'cancel', fault: 'error-500', times: 1_000 });
  expect(await cancel(each.buyer, each.orderId)).toMatchObject({ status: 'REFUNDING' });
  await eventually(async () => {
    expect((await shop.providerCalls(each.orderId)).cancel).toBeGreaterThan(0);
  });
  for (const device of [each.buyer, front.device(each.buyer)]) {
    expect(await cancel(device, each.orderId)).toMatchObject({ __typename: 'Order', status: 'REFUNDING' });
  }
  await shop.fault({ operation: 'cancel', fault: 'none' });
  await shop.invariants();
  const { data } = await each.buyer.order(each.orderId);
  expect(data.order).toMatchObject({
    status: 'REFUNDED',
    refunded: { amount: 100_000 },
    payments: [{ status: 'REFUNDED', refunded: { amount: 100_000 } }],
  });
  const asked = await shop
    .sql('payment')
    .query('SELECT amount FROM refund WHERE order_id = $1', [each.orderId]);
  expect(asked).toEqual([{ amount: 100_000 }]);
  await expectEnds(product, [RETURNED], [RETURNED]);
});

test('a unit that Redis gave away twice is sold once, and who paid for it last has the money back', async () => {
  const product = await shop.createProduct({ stock: 1 });
  const [one, another] = (await shop.accounts(2)) as [Buyer, Buyer];
  const first = await agreeOn(product, one);
  // As if it had been put back to what it knew before, under a server that goes on, and a busy one.
  const [stock, orders, buyers] = productKeys(shop.namespace, product.id);
  await shop.redis
    .multi()
    .hincrby(stock, 'held', -1)
    .hincrby(stock, 'available', 1)
    .hdel(orders, first.orderId)
    .hdel(buyers, one.id)
    .exec();
  const second = await agreeOn(product, another);
  expect(await approve(first)).toBe('Payment');
  await one.seesOrder(first.orderId, 'CONFIRMED');
  expect(await approve(second)).toBe('Payment');
  await another.seesOrder(second.orderId, 'CANCELLED');
  await shop.invariants();
  expect(await Promise.all([first, second].map(endOf))).toEqual([PAID, STOPPED]);
  await expectStock(product, 1, 1);
});

test.each([
  ['approves', 'none', 'CONFIRMED', ['PENDING_PAYMENT', 'PAID', 'CONFIRMED']],
  ['declines', 'decline', 'EXPIRED', ['PENDING_PAYMENT', 'EXPIRED']],
] as const)(
  'the hold ends while the provider decides, and then it %s',
  async (_, fault, status, timeline) => {
    const { product, agreed } = await agree(2);
    const [decided, unpaid] = agreed as [Agreed, Agreed];
    await shop.fault({ operation: 'approve', fault: 'error-500', times: 1_000 });
    expect(await approve(decided)).toBe('PaymentPending');
    // The expiry takes the order whose time ended first first: the other one's end proves that it looked at both.
    await shop.sql('order').run(
      `UPDATE orders SET pay_by = now() - CASE WHEN id = $1 THEN interval '2 seconds' ELSE interval '1 second' END
       WHERE id IN ($1, $2)`,
      [decided.orderId, unpaid.orderId],
    );
    await unpaid.buyer.seesOrder(unpaid.orderId, 'EXPIRED');
    await decided.buyer.seesOrder(decided.orderId, 'PENDING_PAYMENT');
    await shop.fault({ operation: 'approve', fault });
    await decided.buyer.seesOrder(decided.orderId, status);
    await shop.invariants();
    const { data } = await decided.buyer.order(decided.orderId);
    expect(data.order.timeline.map((event: { status: string }) => event.status)).toEqual(timeline);
    await expectStock(product, 2, status === 'CONFIRMED' ? 1 : 0);
    expect(await approve(unpaid)).toBe('OrderNotPayable');
    expect(await endOf(unpaid)).toBe(LAPSED);
  },
);

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually, openShop, type Buyer, type Shop } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { followsOrder } from './follows-order.js';
import { signUp } from './signed-up-person.js';

/** What a person does with orders, from outside: the gateway's API, the provider's page, and the mail box. */
let shop: Shop;
let person: Awaited<ReturnType<typeof signUp>>;
let phone: Buyer;
let laptop: Buyer;
let operator: Buyer;
const PREPARE_AFTER = '30 minutes';
const ARRIVE_AFTER = '3 days';
beforeAll(async () => {
  shop = await openShop({
    env: { order: { DELIVERY_PREPARE_AFTER_S: '1800', DELIVERY_ARRIVE_AFTER_S: String(3 * 24 * 3_600) } },
  });
  person = await signUp(shop);
  [phone, laptop] = [await person.signIn('Phone'), await person.signIn('Laptop')];
  operator = (await shop.accounts(1, 'OPERATOR'))[0]!;
});
afterAll(() => shop[Symbol.asyncDispose]());

const HOME = { recipient: '김하나', phone: '010-1234-5678', postalCode: '04524', line1: '세종대로 110' };
const PARCEL = { carrier: 'CJ대한통운', trackingNumber: '6400-1234-5678' };

const ORDER = `query ($id: ID!) { order(id: $id) {
  number status refunded { amount } refundQuote { amount } timeline { status reason }
  shippingAddress { recipient phone postalCode line1 line2 }
  delivery { carrier trackingNumber shippedAt deliveredAt } } }`;
const HISTORY = `query ($scope: OrderScope!, $filter: OrderFilter) { orders(scope: $scope, filter: $filter) {
  totalCount edges { node { id status buyer { name } shippingAddress { recipient } lines { productId } } } } }`;

async function ask(who: Buyer, query: string, variables: object = {}) {
  const { data, errors } = await who.send(query, variables);
  expect(errors).toBeUndefined();
  return data;
}
const orderAsSeenBy = async (who: Buyer, id: string) => (await ask(who, ORDER, { id })).order;

/** Has so much time gone by since the last step of an order's delivery. */
const timeGoesBy = (id: string, interval: string) =>
  shop
    .sql('order')
    .run('UPDATE orders SET delivery_since = delivery_since - $2::interval WHERE id = $1', [id, interval]);

/** The person has been written these about an order, each once, and nothing else. */
const wasWritten = (number: string, subjects: string[]) =>
  eventually(async () => {
    const about = (await person.mails())
      .map(({ subject }) => subject)
      .filter((text) => text.includes(number));
    expect(about.toSorted()).toEqual(subjects.map((subject) => `${subject}: ${number}`).toSorted());
  });

test('from a cart on one device to a parcel, seen on the other', async () => {
  const bag = await shop.createProduct({ name: '한정판 가방', price: 50_000 });
  const lines = [
    { productId: shop.product.id, quantity: 1 },
    { productId: bag.id, quantity: 1 },
  ];
  for (const { productId, quantity } of lines) await phone.setCartLine(productId, quantity);
  const cart = { lines, total: { amount: 150_000 } };
  expect((await laptop.cart()).data.cart).toEqual(cart);

  const save = 'mutation ($input: AddressInput!) { saveAddress(input: $input) { id } }';
  const addressId = (await ask(phone, save, { input: { ...HOME, label: '집' } })).saveAddress.id as string;
  const key = randomUUID();
  const { id } = await laptop.places(null, key, { addressId });
  expect((await phone.cart()).data.cart).toEqual({ lines: [], total: { amount: 0 } });
  // Both devices press, or one presses twice: one order, and no cart that is empty to complain of.
  expect((await phone.places(null, key, { addressId })).id).toBe(id);

  await using following = await followsOrder(shop, phone, id);
  const sees = (status: string, ...payments: string[]) =>
    eventually(() => expect(following.seen.at(-1)).toEqual({ status, payments }));
  await sees('PENDING_PAYMENT');
  await laptop.pays(id);
  await sees('CONFIRMED', 'APPROVED');
  const { number } = await orderAsSeenBy(phone, id);
  await wasWritten(number, ['주문이 확정되었습니다']);

  await timeGoesBy(id, PREPARE_AFTER);
  await sees('PREPARING', 'APPROVED');
  await shop.seller.ships(id, PARCEL.carrier, PARCEL.trackingNumber);
  await sees('SHIPPED', 'APPROVED');
  await wasWritten(number, ['주문이 확정되었습니다', '상품이 발송되었습니다']);
  expect((await phone.cancelOrder(id)).data.cancelOrder).toMatchObject({
    __typename: 'OrderNotCancellable',
    order: { status: 'SHIPPED' },
  });
  await timeGoesBy(id, ARRIVE_AFTER);
  await sees('DELIVERED', 'APPROVED');

  expect(await orderAsSeenBy(laptop, id)).toEqual({
    number,
    status: 'DELIVERED',
    refunded: { amount: 0 },
    refundQuote: { amount: 0 },
    shippingAddress: { ...HOME, line2: null },
    delivery: { ...PARCEL, shippedAt: expect.any(String), deliveredAt: expect.any(String) },
    timeline: [
      { status: 'PENDING_PAYMENT', reason: null },
      { status: 'PAID', reason: null },
      { status: 'CONFIRMED', reason: null },
      { status: 'PREPARING', reason: 'SCHEDULE' },
      { status: 'SHIPPED', reason: 'SELLER' },
      { status: 'DELIVERED', reason: 'SCHEDULE' },
    ],
  });
  const node = {
    id,
    status: 'DELIVERED',
    buyer: { name: '김하나' },
    shippingAddress: { recipient: '김하나' },
  };
  for (const [who, scope, filter] of [
    [laptop, 'BOUGHT', {}],
    [shop.seller, 'SOLD', { productId: bag.id }],
    [operator, 'ALL', { buyerId: phone.id }],
    [operator, 'ALL', { number, status: 'DELIVERED' }],
  ] as const) {
    const { orders } = await ask(who, HISTORY, { scope, filter });
    expect(orders).toMatchObject({ totalCount: 1, edges: [{ node }] });
  }
  await shop.invariants();
});

test('a ticket that is cancelled gives back what was quoted, and sells again', async () => {
  const usedOn = new Date(Date.now() + 5 * 24 * 3_600_000);
  const refundTiers = [
    { daysBefore: 10, percent: 100 },
    { daysBefore: 3, percent: 30 },
  ];
  const concert = await shop.createProduct({ name: '콘서트', price: 99_999, stock: 1, usedOn, refundTiers });
  await phone.setCartLine(concert.id);
  const { id, number } = await phone.buysCart();
  const { refundQuote } = await orderAsSeenBy(laptop, id);
  expect(refundQuote).toEqual({ amount: 29_999 });
  await wasWritten(number, ['주문이 확정되었습니다']);

  await laptop.cancels(id);
  await phone.seesOrder(id, 'REFUNDED');
  const order = await orderAsSeenBy(phone, id);
  expect(order).toMatchObject({ refunded: refundQuote, refundQuote: { amount: 0 }, delivery: null });
  expect(order.timeline.slice(-2)).toEqual([
    { status: 'REFUNDING', reason: 'BUYER' },
    { status: 'REFUNDED', reason: 'BUYER' },
  ]);
  await wasWritten(number, ['주문이 확정되었습니다', '주문이 취소되었습니다', '환불이 완료되었습니다']);
  await shop.invariants();
  await (await shop.buyer()).buys([{ productId: concert.id, quantity: 1 }]);
});

test('an order that is not paid in time ends, says so, and leaves its units to the next', async () => {
  const last = await shop.createProduct({ name: '마지막 하나', stock: 1 });
  const { id, payBy } = await phone.places([{ productId: last.id, quantity: 1 }]);
  expect(Date.parse(payBy)).toBeGreaterThan(Date.now());
  await shop.sql('order').run('UPDATE orders SET pay_by = now() WHERE id = $1', [id]);
  const { number, timeline } = await laptop.seesOrder(id, 'EXPIRED');
  expect(timeline).toEqual([
    { status: 'PENDING_PAYMENT', reason: null },
    { status: 'EXPIRED', reason: 'NOT_PAID_IN_TIME' },
  ]);
  await wasWritten(number, ['결제 기한이 지나 주문이 만료되었습니다']);
  await shop.invariants();
  await (await shop.buyer()).buys([{ productId: last.id, quantity: 1 }]);
});

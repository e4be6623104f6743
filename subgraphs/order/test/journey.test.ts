import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually, openShop, type Buyer, type Shop } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { followsOrder } from './follows-order.js';
import { ask, orderAsSeenBy, ordersAsSeenBy, seesInCart } from './journey.fixture.js';
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
    // Other shops find their tables made.
    unmigrated: true,
    env: { order: { DELIVERY_PREPARE_AFTER_S: '1800', DELIVERY_ARRIVE_AFTER_S: String(3 * 24 * 3_600) } },
  });
  person = await signUp(shop);
  [phone, laptop] = [await person.signIn('Phone'), await person.signIn('Laptop')];
  operator = (await shop.accounts(1, 'OPERATOR'))[0]!;
});
afterAll(() => shop[Symbol.asyncDispose]());

const HOME = { recipient: '김하나', phone: '010-1234-5678', postalCode: '04524', line1: '세종대로 110' };
const PARCEL = { carrier: 'CJ대한통운', trackingNumber: '6400-1234-5678' };

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
    delivery: { carrier: PARCEL.carrier },
  };
  for (const [who, scope, filter] of [
    [laptop, 'BOUGHT', {}],
    [shop.seller, 'SOLD', { productId: bag.id }],
    [operator, 'ALL', { buyerId: phone.id }],
    [operator, 'ALL', { number, status: 'DELIVERED' }],
  ] as const) {
    expect(await ordersAsSeenBy(who, scope, filter)).toMatchObject({ totalCount: 1, edges: [{ node }] });
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

test('a cart shows its products as they are now: sold out, closed or gone, they are still in it', async () => {
  const open = (await shop.createProduct({ stock: 10 })).id;
  const closing = (await shop.createProduct({ price: 2_000 })).id;
  const rare = (await shop.createProduct({ stock: 1, price: 500 })).id;
  // Catalog has told of it once, and knows nothing of it any more.
  const gone = randomUUID();
  await shop.sql('order').run(
    `INSERT INTO listing (product_id, version, seller_id, name, unit_price, refund_policy)
     VALUES ($1, 1, $1, 'Gone', 70, '{"usedOn":null,"tiers":[]}')`,
    [gone],
  );
  const lines = [
    { productId: rare, quantity: 1 },
    { productId: gone, quantity: 10 },
    { productId: closing, quantity: 2 },
    { productId: open, quantity: 1 },
  ];
  const sets = async (productId: string, quantity: number) =>
    expect((await phone.setCartLine(productId, quantity)).errors).toBeUndefined();
  for (const { productId, quantity } of lines) await sets(productId, quantity);
  const product = (phase: string, available: number) => ({
    name: 'Test sneaker',
    sale: { phase },
    stock: { available },
  });
  const stillOpen = product('OPEN', 10);
  await seesInCart(laptop, [product('OPEN', 1), null, product('OPEN', 100), stillOpen]);

  await (await shop.buyer()).places([{ productId: rare, quantity: 1 }]);
  await ask(shop.seller, 'mutation ($id: ID!) { closeSale(productId: $id) { id } }', { id: closing });
  const closed = product('CLOSED', 100);
  const cart = await seesInCart(laptop, [product('SOLD_OUT', 0), null, closed, stillOpen]);
  expect(cart.total).toEqual({ amount: 500 + 700 + 4_000 + 100_000, currency: 'KRW' });
  expect(cart.lines).toMatchObject(lines);

  // Each can be taken out, and what is closed be put in again.
  for (const productId of [rare, gone, closing]) await sets(productId, 0);
  await sets(closing, 1);
  await seesInCart(laptop, [stillOpen, closed]);
});

test('of a basket from two sellers each sees their own line, and by no filter what else is in it', async () => {
  const [other] = (await shop.accounts(1, 'SELLER')) as [Buyer];
  const create = 'mutation ($input: ProductInput!) { createProduct(input: $input) { id } }';
  const opensAt = new Date(Date.now() - 60_000);
  const input = { name: '다른 가게', brands: ['Other'], price: 7_000, stock: 10, opensAt };
  const theirs = (await ask(other, create, { input })).createProduct.id as string;
  const ours = (await shop.createProduct({ name: '우리 가게' })).id;
  const basket = [ours, theirs].map((productId) => ({ productId, quantity: 1 }));
  const { id } = await phone.places(basket);
  const { number } = await orderAsSeenBy(phone, id);
  const lines = [
    { productId: ours, product: { name: '우리 가게' }, subtotal: { amount: 100_000 } },
    { productId: theirs, product: { name: '다른 가게' }, subtotal: { amount: 7_000 } },
  ] as const;
  const seen = (...shown: object[]) => ({
    totalCount: 1,
    edges: [{ node: { id, total: { amount: 107_000 }, lines: shown } }],
  });
  const all = lines.toSorted((a, b) => (a.productId < b.productId ? -1 : 1));
  expect(await ordersAsSeenBy(shop.seller, 'SOLD', { productId: ours })).toMatchObject(seen(lines[0]));
  expect(await ordersAsSeenBy(other, 'SOLD')).toMatchObject(seen(lines[1]));
  expect(await ordersAsSeenBy(laptop, 'BOUGHT', { productId: theirs })).toMatchObject(seen(...all));
  // As somebody says it on the telephone.
  const said = number.replace('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l').toLowerCase();
  expect(await ordersAsSeenBy(operator, 'ALL', { number: said })).toMatchObject(seen(...all));

  const none = { totalCount: 0, edges: [] };
  for (const filter of [{ productId: theirs }, { productId: theirs, buyerId: phone.id }])
    expect(await ordersAsSeenBy(shop.seller, 'SOLD', filter)).toEqual(none);
  // Lists of what is sold go by the lines' time, others by the order's.
  const times = await shop
    .sql('order')
    .query(
      'SELECT order_line.placed_at = orders.placed_at AS same FROM order_line JOIN orders ON id = order_id WHERE id = $1',
      [id],
    );
  expect(times).toEqual([{ same: true }, { same: true }]);
});

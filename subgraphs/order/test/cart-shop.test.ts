import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { eventually, openShop, type Buyer, type Shop } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { expectNothingInternal } from './outside-view.js';

const HOUR = 3_600_000;
let shop: Shop;
let open: string;
let closing: string;
let rare: string;
beforeAll(async () => {
  shop = await openShop({ stock: 10, limitPerBuyer: 3 });
  open = shop.product.id;
  closing = (await shop.createProduct({ price: 2_000 })).id;
  rare = (await shop.createProduct({ stock: 1, price: 500 })).id;
});
afterAll(() => shop[Symbol.asyncDispose]());

const CART = `{ cart { total { amount currency } lines {
  productId quantity product { name sale { phase } stock { available } } } } }`;
const codesOf = ({ errors = [] }: { errors?: { extensions: { code: string } }[] }) =>
  errors.map(({ extensions }) => extensions.code);

/** Waits until the cart shows these products in these states; what it shows of stock is up to a second old. */
async function seesInCart(buyer: Buyer, products: (object | null)[]) {
  return eventually(async () => {
    const { data, errors } = await buyer.send(CART);
    expect(errors).toBeUndefined();
    expect((data.cart.lines as { product: object }[]).map(({ product }) => product)).toEqual(products);
    return data.cart as { total: object; lines: { productId: string; quantity: number }[] };
  });
}

test('shows products as they are now: sold out, closed, or gone, and still there', async () => {
  const buyer = await shop.buyer();
  // Catalog has told of it once, and knows nothing of it any more.
  const gone = randomUUID();
  await shop.sql('order').run(
    `INSERT INTO listing (product_id, version, seller_id, name, unit_price, refund_policy)
     VALUES ($1, 1, $1, 'Gone', 70, '{"usedOn":null,"tiers":[]}')`,
    [gone],
  );
  for (const [productId, quantity] of [
    [rare, 1],
    [gone, 10],
    [closing, 2],
    [open, 1],
  ] as const) {
    expect((await buyer.setCartLine(productId, quantity)).errors).toBeUndefined();
  }
  const [shown, sold] = ['OPEN', 'SOLD_OUT'].map((phase) => ({ phase }));
  const product = (sale: unknown, available: number) => ({
    name: 'Test sneaker',
    sale,
    stock: { available },
  });
  await seesInCart(buyer, [product(shown, 1), null, product(shown, 100), product(shown, 10)]);

  await (await shop.buyer()).places([{ productId: rare, quantity: 1 }]);
  await shop.seller.send('mutation ($id: ID!) { closeSale(productId: $id) { id } }', { id: closing });
  const closed = { phase: 'CLOSED' };
  const states = [product(sold, 0), null, product(closed, 100), product(shown, 10)];
  const cart = await seesInCart(buyer, states);
  expect(cart.total).toEqual({ amount: 500 + 700 + 4_000 + 100_000, currency: 'KRW' });
  expect(cart.lines.map(({ productId, quantity }) => [productId, quantity])).toEqual([
    [rare, 1],
    [gone, 10],
    [closing, 2],
    [open, 1],
  ]);

  // Each can be taken out, and what is closed be put in again.
  for (const productId of [rare, gone]) {
    expect((await buyer.setCartLine(productId, 0)).errors).toBeUndefined();
  }
  await buyer.setCartLine(closing, 0);
  await buyer.setCartLine(closing, 1);
  await seesInCart(buyer, [product(shown, 10), product(closed, 100)]);
});

test('a cart of sales that are closed is not bought, and stays', async () => {
  const buyer = await shop.buyer();
  const past = { opensAt: new Date(Date.now() - 2 * HOUR), closesAt: new Date(Date.now() - HOUR) };
  const closed = [(await shop.createProduct(past)).id, (await shop.createProduct(past)).id];
  for (const productId of closed) await buyer.setCartLine(productId);
  const { data, errors } = await buyer.checkout(null);
  expect(errors).toBeUndefined();
  expect(data.checkout).toMatchObject({
    __typename: 'SaleNotOpen',
    productId: closed.toSorted()[0],
    phase: 'CLOSED',
  });
  const cart = await buyer.cart();
  expect(cart.data.cart.lines).toEqual(closed.map((productId) => ({ productId, quantity: 1 })));
});

test('is bought, paid and confirmed like any basket, and is empty on the buyer’s other devices', async () => {
  const buyer = await shop.buyer();
  await buyer.setCartLine(open, 3);
  const bought = await buyer.buysCart();
  expect(bought).toMatchObject({ total: { amount: 300_000 }, lines: [{ productId: open, quantity: 3 }] });
  expect((await buyer.cart()).data.cart).toEqual({ lines: [], total: { amount: 0 } });
  expect((await buyer.checkout(null)).data.checkout.__typename).toBe('CartEmpty');
  await shop.invariants();
});

const wrong: [what: string, productId: string, quantity: unknown, code: string, path: string | null][] = [
  ['an unknown product', '00000000-0000-4000-8000-000000000000', 1, 'NOT_FOUND', null],
  ['an id that is none', 'no-id', 1, 'NOT_FOUND', null],
  ['an id that is SQL', `'; DROP TABLE cart_line; --`, 1, 'NOT_FOUND', null],
  ['a NUL in the id', '\0', 1, 'NOT_FOUND', null],
  ['fewer than none', 'open', -1, 'BAD_USER_INPUT', 'quantity'],
  ['too many', 'open', 1_001, 'BAD_USER_INPUT', 'quantity'],
  ['more than an Int', 'open', 2 ** 31, 'BAD_USER_INPUT', 'quantity'],
  ['half a unit', 'open', 0.5, 'BAD_USER_INPUT', 'quantity'],
  ['a text', 'open', '1', 'BAD_USER_INPUT', 'quantity'],
];

test.each(wrong)('setCartLine of %s', async (_, productId, quantity, code, path) => {
  const buyer = await shop.buyer();
  const answer = await buyer.setCartLine(productId === 'open' ? open : productId, quantity as number);
  expect(codesOf(answer)).toEqual([code]);
  expect(answer.data ?? null).toBeNull();
  const fields = path && [{ path, message: expect.any(String) }];
  expect(answer.errors?.[0]?.extensions).toEqual({ code, ...(fields && { fields }) });
  expectNothingInternal(shop, answer);
  expect((await buyer.cart()).data.cart.lines).toEqual([]);
});

test('a person is told what is in their cart, among all that is kept of them', async () => {
  const buyer = await shop.buyer();
  await buyer.setCartLine(open, 2);
  await buyer.setCartLine(rare, 1);
  const { data } = await buyer.send('{ exportMyData }');
  const addedAt = expect.any(String);
  expect((JSON.parse(String(data.exportMyData)) as { cart: object }).cart).toEqual([
    { productId: rare, product: 'Test sneaker', quantity: 1, addedAt },
    { productId: open, product: 'Test sneaker', quantity: 2, addedAt },
  ]);
});

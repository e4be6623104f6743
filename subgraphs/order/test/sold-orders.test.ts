import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openShop, type Buyer, type Shop } from '@stampede/shared/testing';

const INPUT = {
  name: 'Of the other',
  brands: ['Other'],
  price: 7_000,
  stock: 10,
  opensAt: new Date(Date.now() - 60_000),
};
const CREATE = 'mutation ($input: ProductInput!) { createProduct(input: $input) { id } }';
const ORDERS = `query ($scope: OrderScope, $filter: OrderFilter) {
  orders(scope: $scope, filter: $filter) {
    totalCount
    edges { node { id number total { amount } lines { productId product { name } subtotal { amount } } } }
  }
}`;

let shop: Shop;
let buyer: Buyer;
let other: Buyer;
let operator: Buyer;
/** What `shop.seller` sells, and what `other` does. */
let product: string;
let theirs: string;
let mixed: string;
beforeAll(async () => {
  shop = await openShop({ stock: 10 });
  product = shop.product.id;
  buyer = await shop.buyer();
  [other] = (await shop.accounts(1, 'SELLER')) as [Buyer];
  [operator] = (await shop.accounts(1, 'OPERATOR')) as [Buyer];
  theirs = String((await other.send(CREATE, { input: INPUT })).data.createProduct.id);
  const lines = [product, theirs].map((productId) => ({ productId, quantity: 1 }));
  mixed = (await buyer.places(lines)).id;
});
afterAll(() => shop[Symbol.asyncDispose]());

const ordersOf = async (who: Buyer, scope: string, filter: object = {}) =>
  (await who.send(ORDERS, { scope, filter })).data.orders;
const order = (...lines: object[]) => ({
  totalCount: 1,
  edges: [{ node: { id: mixed, number: expect.any(String), total: { amount: 107_000 }, lines } }],
});
const ofShop = () => ({
  productId: product,
  product: { name: 'Test sneaker' },
  subtotal: { amount: 100_000 },
});
const ofOther = () => ({ productId: theirs, product: { name: INPUT.name }, subtotal: { amount: 7_000 } });

test('of a basket from two sellers each sees their own line and what all of it cost', async () => {
  expect(await ordersOf(shop.seller, 'SOLD')).toEqual(order(ofShop()));
  expect(await ordersOf(other, 'SOLD')).toEqual(order(ofOther()));
});

test('its buyer and operators see all of it', async () => {
  const all = [ofShop(), ofOther()].toSorted((a, b) => (a.productId < b.productId ? -1 : 1));
  expect(await ordersOf(buyer, 'BOUGHT')).toEqual(order(...all));
  expect(await ordersOf(operator, 'ALL')).toEqual(order(...all));
});

test('a seller does not learn by a filter that another’s product is in it', async () => {
  const none = { totalCount: 0, edges: [] };
  expect(await ordersOf(shop.seller, 'SOLD', { productId: theirs })).toEqual(none);
  expect(await ordersOf(shop.seller, 'SOLD', { productId: theirs, buyerId: buyer.id })).toEqual(none);
  expect(await ordersOf(other, 'SOLD', { productId: theirs })).toEqual(order(ofOther()));
});

test('it is found by its number as somebody says it', async () => {
  const { number } = (await ordersOf(buyer, 'BOUGHT')).edges[0].node as { number: string };
  const said = number.replace('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l').toLowerCase();
  expect(await ordersOf(operator, 'ALL', { number: said })).toMatchObject({ edges: [{ node: { number } }] });
});

test('lines have the very time of their order', async () => {
  const [count] = await shop
    .sql('order')
    .query(
      'SELECT count(*) FROM order_line JOIN orders ON orders.id = order_id WHERE order_line.placed_at = orders.placed_at',
    );
  expect(count).toEqual({ count: 2 });
});

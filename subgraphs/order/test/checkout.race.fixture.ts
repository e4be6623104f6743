import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Buyer, GraphqlAnswer, Line, Shop } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { stockOf, tally, type Product } from './race.fixture.js';
import type { SecondFront } from './second-front.js';

// Two replicas of order, each behind a gateway of its own: every second buyer, and every second device, meets the other.
const BUYERS = 500;
const UNITS = 10;

let shop: Shop;
let front: SecondFront;
let buyers: Buyer[];

const spread = (buyer: Buyer, index: number) => (index % 2 === 0 ? buyer : front.device(buyer));
const lineOf = ({ id }: Product, quantity = 1): Line => ({ productId: id, quantity });

/** Many buyers, and devices, that check out at the same time. */
export const checkoutRaces = (opened: () => { shop: Shop; front: SecondFront }) =>
  describe('checkouts that race', () => {
    beforeAll(async () => {
      ({ shop, front } = opened());
      buyers = await shop.accounts(BUYERS);
    });

    test('sells exactly 10 when 500 buyers race', async () => {
      const product = await shop.createProduct({ stock: UNITS, limitPerBuyer: 1 });
      const answers = await Promise.all(
        buyers.map((buyer, index) => spread(buyer, index).checkout([lineOf(product)])),
      );
      expect(tally(answers)).toEqual({ Order: UNITS, SoldOut: BUYERS - UNITS });

      const winners = answers.flatMap(({ data }, index) =>
        data.checkout.__typename === 'Order'
          ? [{ buyer: buyers[index]!, orderId: String(data.checkout.id) }]
          : [],
      );
      await Promise.all(winners.map(({ buyer, orderId }) => payAndConfirm(buyer, orderId)));
      await shop.invariants();
      expect(await stockOf(shop, product)).toEqual({
        sale: { phase: 'SOLD_OUT' },
        stock: { total: UNITS, available: 0, held: 0, sold: UNITS },
      });
    });

    test('one buyer with many devices gets no more than the limit', async () => {
      const product = await shop.createProduct({ stock: 100, limitPerBuyer: 3 });
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, index) => spread(buyers[0]!, index).checkout([lineOf(product)])),
      );
      expect(tally(answers)).toEqual({ Order: 3, LimitExceeded: 37 });
      await shop.invariants();
    });

    test('of two devices against a limit of one, one has the order and the other is told of it', async () => {
      const product = await shop.createProduct({ stock: 100, limitPerBuyer: 1 });
      const pairs = await Promise.all(
        buyers
          .slice(0, 40)
          .map((buyer) =>
            Promise.all([buyer, front.device(buyer)].map((device) => device.checkout([lineOf(product)]))),
          ),
      );
      for (const answers of pairs) {
        expect(tally(answers)).toEqual({ Order: 1, LimitExceeded: 1 });
        const refused = answers.find(({ data }) => data.checkout.__typename === 'LimitExceeded');
        expect(refused?.data.checkout).toMatchObject({ limit: 1, alreadyOrdered: 1, productId: product.id });
      }
      await shop.invariants();
      expect((await stockOf(shop, product)).stock).toEqual({ total: 100, available: 60, held: 40, sold: 0 });
    });

    test('two lines of one product count together, against stock and limit', async () => {
      const [few, many] = [
        await shop.createProduct({ stock: 3, limitPerBuyer: 10 }),
        await shop.createProduct({ stock: 100, limitPerBuyer: 3 }),
      ];
      const twice = (product: Product, quantity: number) => [
        lineOf(product, quantity),
        lineOf(product, quantity),
      ];
      const [buyer] = buyers as [Buyer];
      expect((await buyer.checkout(twice(few, 2))).data.checkout).toMatchObject({
        __typename: 'SoldOut',
        available: 3,
      });
      expect((await buyer.checkout(twice(many, 2))).data.checkout).toMatchObject({
        __typename: 'LimitExceeded',
        limit: 3,
        alreadyOrdered: 0,
      });

      // Two units in two lines against two in one line: of each buyer's limit of three one basket is left, of 20 units ten.
      const raced = await shop.createProduct({ stock: 20, limitPerBuyer: 3 });
      const crowd = buyers.slice(0, 30);
      const answers = await Promise.all(
        crowd.flatMap((each) => [
          each.checkout(twice(raced, 1)),
          front.device(each).checkout([lineOf(raced, 2)]),
        ]),
      );
      expect(tally(answers).Order).toBe(10);
      expect(answers.every(({ errors }) => errors === undefined)).toBe(true);
      await shop.invariants();
      expect((await stockOf(shop, raced)).stock).toEqual({ total: 20, available: 0, held: 20, sold: 0 });
      const lines = await shop
        .sql('order')
        .query<{ buyer: string; quantity: number }>(
          'SELECT buyer_id AS buyer, quantity FROM orders JOIN order_line ON order_id = id WHERE product_id = $1',
          [raced.id],
        );
      expect(lines.map(({ quantity }) => quantity)).toEqual(Array.from({ length: 10 }, () => 2));
      expect(new Set(lines.map(({ buyer: id }) => id)).size).toBe(10);
    });

    test('the same checkout sent five times at once is one order on one hold of each product', async () => {
      const products = await Promise.all(
        Array.from({ length: 3 }, () => shop.createProduct({ stock: 50, limitPerBuyer: 5 })),
      );
      const lines = products.map((product) => lineOf(product));
      const crowd = buyers.slice(0, 15);
      const sent = await Promise.all(
        crowd.map((buyer) => {
          const key = randomUUID();
          return Promise.all(
            Array.from({ length: 5 }, (_, index) =>
              // However the lines are written, it is the same basket.
              spread(buyer, index).checkout(index % 2 === 0 ? lines : lines.toReversed(), key),
            ),
          );
        }),
      );
      for (const answers of sent) {
        expect(answers[0]?.data.checkout).toMatchObject({ __typename: 'Order', status: 'PENDING_PAYMENT' });
        for (const { data } of answers) expect(data).toEqual(answers[0]?.data);
      }
      await shop.invariants();
      const ids = sent.map(([answer]) => String(answer?.data.checkout.id));
      const holds = await shop
        .sql('order')
        .query<{ state: string; count: number }>(
          'SELECT state, count(*) FROM hold WHERE order_id = ANY($1) GROUP BY state',
          [ids],
        );
      expect(holds).toEqual([{ state: 'PLACED', count: 45 }]);
      for (const product of products) {
        expect((await stockOf(shop, product)).stock).toEqual({ total: 50, available: 35, held: 15, sold: 0 });
      }
    });

    test('baskets that cross are held whole or not at all, and nobody waits for nobody', async () => {
      // Lines are reserved in the order of their products' ids: the first is held when the second turns out to be gone.
      const made = await Promise.all(
        [10, 10].map((stock) => shop.createProduct({ stock, limitPerBuyer: 1 })),
      );
      const [plenty, scarce] = made.toSorted((a, b) => (a.id < b.id ? -1 : 1)) as [Product, Product];
      await takesBack(scarce, 4);
      const basket = [lineOf(plenty), lineOf(scarce)];
      const answers = await Promise.all(
        buyers
          .slice(0, 60)
          .map((buyer, index) =>
            spread(buyer, index).checkout(Math.floor(index / 2) % 2 === 0 ? basket : basket.toReversed()),
          ),
      );
      expect(tally(answers)).toEqual({ Order: 6, SoldOut: 54 });
      await shop.invariants();
      expect((await stockOf(shop, plenty)).stock).toEqual({ total: 10, available: 4, held: 6, sold: 0 });
      expect((await stockOf(shop, scarce)).stock).toEqual({ total: 6, available: 0, held: 6, sold: 0 });
    });

    test('of three products in baskets of two, only one has anything left', async () => {
      const products = await Promise.all(
        Array.from({ length: 3 }, () => shop.createProduct({ stock: 10, limitPerBuyer: 1 })),
      );
      const basketOf = (index: number) =>
        [products[index % 3]!, products[(index + 1) % 3]!].map((each) => lineOf(each));
      const crowd = buyers.slice(0, 60);
      const buy = (buyer: Buyer, index: number) => spread(buyer, index).checkout(basketOf(index));
      const raced = await Promise.all(crowd.map(buy));
      // A unit that comes back from a basket that was refused was SoldOut to others for that moment.
      await shop.invariants();
      const again: GraphqlAnswer[] = [];
      for (const [index, buyer] of crowd.entries()) {
        if (raced[index]?.data.checkout.__typename === 'SoldOut') again.push(await buy(buyer, index));
      }
      await shop.invariants();
      const [first, second] = [tally(raced), tally(again)];
      expect((first.Order ?? 0) + (first.SoldOut ?? 0)).toBe(60);
      expect((second.Order ?? 0) + (second.SoldOut ?? 0)).toBe(first.SoldOut);
      const left = await Promise.all(
        products.map(async (each) => (await stockOf(shop, each)).stock.available),
      );
      const orders = (first.Order ?? 0) + (second.Order ?? 0);
      expect(left.filter((available) => available > 0).length).toBeLessThanOrEqual(1);
      expect(30 - left.reduce((sum, available) => sum + available, 0)).toBe(2 * orders);
    });

    async function takesBack({ id }: Product, units: number): Promise<void> {
      const { errors } = await shop.seller.send(
        `mutation ($productId: ID!, $quantity: Int!, $idempotencyKey: String!) {
      restock(productId: $productId, quantity: $quantity, idempotencyKey: $idempotencyKey) { id } }`,
        { productId: id, quantity: -units, idempotencyKey: randomUUID() },
      );
      expect(errors).toBeUndefined();
    }

    async function payAndConfirm(buyer: Buyer, orderId: string): Promise<void> {
      const { paymentId, token } = await buyer.paysAtProvider(orderId);
      const { data } = await buyer.approvePayment(paymentId, token);
      expect(data.approvePayment.__typename).toBe('Payment');
      await buyer.seesOrder(orderId, 'CONFIRMED');
    }
  });

import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Buyer, GraphqlAnswer, Shop } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';

const BUYERS = 120;
const UNITS = 100;

let shop: Shop;
let buyers: Buyer[];

const RESTOCK = `mutation ($productId: ID!, $quantity: Int!, $idempotencyKey: String!) {
  restock(productId: $productId, quantity: $quantity, idempotencyKey: $idempotencyKey) {
    stock { total available held sold } } }`;
const restock = (productId: string, quantity: number) =>
  shop.seller.send(RESTOCK, { productId, quantity, idempotencyKey: randomUUID() });
const outcomeOf = ({ data, errors }: GraphqlAnswer) =>
  errors ? String(errors[0]?.extensions.code) : data.restock ? 'taken back' : data.checkout.__typename;

/** Units that a seller takes back while buyers race for them. */
export const takingBackInARace = (opened: () => Shop) =>
  describe('units taken back', () => {
    beforeAll(async () => {
      shop = opened();
      buyers = await shop.accounts(BUYERS);
    });

    test('exactly as many units as nobody has can be taken back while buyers race for them', async () => {
      const { id: productId } = await shop.createProduct({ stock: UNITS });
      const buy = (buyer: Buyer) => buyer.checkout([{ productId, quantity: 1 }]);
      const wishes = Array.from({ length: 20 }, () => -5);
      const [bought, taken] = await Promise.all([
        inLanes(4, buyers, buy),
        inLanes(3, wishes, (quantity) => restock(productId, quantity)),
      ]);
      const count = (answers: GraphqlAnswer[], outcome: string) =>
        answers.filter((answer) => outcomeOf(answer) === outcome).length;
      const orders = count(bought, 'Order');
      const total = UNITS - 5 * count(taken, 'taken back');
      expect(orders + count(bought, 'SoldOut')).toBe(BUYERS);
      expect(count(taken, 'taken back') + count(taken, 'BAD_USER_INPUT')).toBe(taken.length);
      expect(total).toBeGreaterThanOrEqual(orders);

      const left = total - orders;
      expect((await restock(productId, -left - 1)).errors?.[0]?.message).toContain(
        `${left} could be taken back`,
      );
      if (left > 0) expect((await restock(productId, -left)).errors).toBeUndefined();
      const { data } = await shop.client.send(
        'query ($id: ID!) { product(id: $id) { sale { phase } stock { total available held sold } } }',
        { id: productId },
      );
      expect(data.product).toEqual({
        sale: { phase: 'SOLD_OUT' },
        stock: { total: orders, available: 0, held: orders, sold: 0 },
      });
      await shop.invariants();
    });

    test('a unit that is paid for meanwhile is sold, and what is added sells at once', async () => {
      const { id: productId } = await shop.createProduct({ stock: 3 });
      const buyer = await shop.buyer();
      const [{ id }] = await Promise.all([buyer.buys([{ productId, quantity: 1 }]), restock(productId, -1)]);
      expect((await buyer.order(id)).data.order.status).toBe('CONFIRMED');
      expect((await restock(productId, -2)).errors?.[0]?.message).toContain('1 could be taken back');
      expect((await restock(productId, -1)).data.restock.stock).toEqual({
        total: 1,
        available: 0,
        held: 0,
        sold: 1,
      });
      const other = await shop.buyer();
      const checkout = () => other.checkout([{ productId, quantity: 1 }]);
      expect(outcomeOf(await checkout())).toBe('SoldOut');
      expect((await restock(productId, 1)).errors).toBeUndefined();
      expect(outcomeOf(await checkout())).toBe('Order');
      await shop.invariants();
    });

    /** Does so much at the same time, and the rest in turn, so that both sides of a race go on for a while. */
    async function inLanes<T>(lanes: number, items: T[], work: (item: T) => Promise<GraphqlAnswer>) {
      const answers: GraphqlAnswer[] = [];
      const waiting = items.values();
      const lane = async () => {
        for (const item of waiting) answers.push(await work(item));
      };
      await Promise.all(Array.from({ length: lanes }, lane));
      return answers;
    }
  });

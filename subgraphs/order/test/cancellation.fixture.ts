import { beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, type Buyer, type Shop } from '@stampede/shared/testing';
import { followsOrder } from './follows-order.js';

let shop: Shop;

const inDays = (days: number) => new Date(Date.now() + days * 24 * 60 * 60_000).toISOString();
const CANCEL = `mutation ($id: ID!, $reason: String) { cancelOrder(id: $id, reason: $reason) {
  __typename ... on Rejection { message }
  ... on Order { id status cancelRequestedAt refundQuote { amount } } } }`;
const cancels = async (person: Buyer, id: string, reason?: string) =>
  (await person.send(CANCEL, { id, reason })).data.cancelOrder;
const saleOf = async (id: string) => {
  const { data } = await shop.client.send(
    'query ($id: ID!) { product(id: $id) { sale { phase timeZone } stock { total available held sold } } }',
    { id },
  );
  return { ...data.product.sale, ...data.product.stock };
};
/** What mails and others hear of money that is back. */
const toldRefunds = async (orderId: string) => {
  const rows = await shop
    .sql('order')
    .query<{ body: { amount: number; buyerId: string } }>(
      `SELECT body FROM outbox WHERE routing_key = 'order.refunded' AND body->>'orderId' = $1`,
      [orderId],
    );
  return rows.map(({ body: { amount, buyerId } }) => ({ amount, buyerId }));
};

/** An order that is cancelled: whom its units and its money go back to. */
export const cancellations = (opened: () => Shop) =>
  describe('a cancellation', () => {
    beforeAll(() => {
      shop = opened();
    });

    test('the last unit, cancelled when it was confirmed, is sold to the next buyer', async () => {
      const product = await shop.createProduct({ stock: 1 });
      const line = { productId: product.id, quantity: 1 };
      const [first, second] = (await shop.accounts(2)) as [Buyer, Buyer];
      const { id } = await first.buys([line]);
      expect((await second.checkout([line])).data.checkout.__typename).toBe('SoldOut');
      // Two devices press at once.
      const answers = await Promise.all([cancels(first, id), cancels(first, id)]);
      expect(answers.map(({ __typename }) => __typename)).toEqual(['Order', 'Order']);
      const order = await first.seesOrder(id, 'REFUNDED');
      expect(order).toMatchObject({
        refunded: { amount: 100_000 },
        refundQuote: { amount: 0 },
        timeline: [
          { status: 'PENDING_PAYMENT' },
          { status: 'PAID' },
          { status: 'CONFIRMED' },
          { status: 'REFUNDING', reason: 'BUYER' },
          { status: 'REFUNDED', reason: 'BUYER' },
        ],
      });
      await shop.invariants();
      expect(await saleOf(product.id)).toMatchObject({ available: 1, held: 0, sold: 0 });
      await second.buys([line]);
      await shop.invariants();
      expect(await saleOf(product.id)).toMatchObject({ available: 0, held: 0, sold: 1 });
      expect(await toldRefunds(id)).toEqual([{ amount: 100_000, buyerId: first.id }]);
    });

    test('of a closed sale units come back to be available, and are sold to nobody', async () => {
      const product = await shop.createProduct({ stock: 1 });
      const line = { productId: product.id, quantity: 1 };
      const [owner, next] = (await shop.accounts(2)) as [Buyer, Buyer];
      const { id } = await owner.buys([line]);
      const close = 'mutation ($id: ID!) { closeSale(productId: $id) { id } }';
      expect((await shop.seller.send(close, { id: product.id })).errors).toBeUndefined();
      const [operator] = (await shop.accounts(1, 'OPERATOR')) as [Buyer];
      expect((await cancels(operator, id)).__typename).toBe('Order');
      const order = await owner.seesOrder(id, 'REFUNDED');
      expect(order.timeline.slice(-2)).toEqual([
        { status: 'REFUNDING', reason: 'OPERATOR' },
        { status: 'REFUNDED', reason: 'OPERATOR' },
      ]);
      await shop.invariants();
      expect(await saleOf(product.id)).toMatchObject({ phase: 'CLOSED', available: 1, held: 0, sold: 0 });
      const refused = await next.checkout([line]);
      expect(refused.data.checkout).toMatchObject({ __typename: 'SaleNotOpen', phase: 'CLOSED' });
    });

    test('an order keeps the time zone that it was placed under', async () => {
      const policy = { usedOn: inDays(30), tiers: [{ daysBefore: 10, percent: 30 }] };
      const { usedOn, tiers: refundTiers } = policy;
      const product = await shop.createProduct({ stock: 2, usedOn, refundTiers, timeZone: 'europe/london' });
      const line = { productId: product.id, quantity: 1 };
      const termsOf = async (id: string) => {
        const sql = 'SELECT refund_policy FROM order_line WHERE order_id = $1';
        const [row] = await shop.sql('order').query<{ refund_policy: object }>(sql, [id]);
        return row?.refund_policy;
      };
      const [first, second] = (await shop.accounts(2)) as [Buyer, Buyer];
      const { id, refundQuote } = await first.buys([line]);
      expect(refundQuote).toEqual({ amount: 30_000 });
      const update =
        'mutation ($id: ID!, $patch: ProductPatch!) { updateProduct(id: $id, patch: $patch) { id } }';
      const patch = { timeZone: 'America/New_York' };
      expect((await shop.seller.send(update, { id: product.id, patch })).errors).toBeUndefined();
      const later = await second.places([line]);
      expect(await termsOf(id)).toEqual({ ...policy, timeZone: 'Europe/London' });
      expect(await termsOf(later.id)).toEqual({ ...policy, timeZone: 'America/New_York' });
      expect(await saleOf(product.id)).toMatchObject({ timeZone: 'America/New_York' });

      expect((await cancels(first, id)).refundQuote).toEqual({ amount: 0 });
      expect(await first.seesOrder(id, 'REFUNDED')).toMatchObject({
        refunded: { amount: 30_000 },
        payments: [{ status: 'PARTIALLY_REFUNDED', refunded: { amount: 30_000 } }],
      });
      await shop.invariants();
      expect(await toldRefunds(id)).toEqual([{ amount: 30_000, buyerId: first.id }]);
    });

    test('an order whose policy gives nothing back any more stays as it is, but for an operator who gives all of it', async () => {
      const product = await shop.createProduct({ stock: 1, usedOn: inDays(5), refundTiers: [] });
      const buyer = await shop.buyer();
      const { id, refundQuote } = await buyer.buys([{ productId: product.id, quantity: 1 }]);
      expect(refundQuote).toEqual({ amount: 0 });
      expect(await cancels(buyer, id)).toEqual({
        __typename: 'OrderNotCancellable',
        message: 'Its refund policy gives nothing back any more.',
      });
      // The organiser has called it off: an operator gives all of it back, as nobody else does.
      const inFull = 'mutation ($id: ID!) { cancelOrder(id: $id, inFull: true) { __typename } }';
      for (const who of [buyer, shop.seller]) {
        expect((await who.send(inFull, { id })).errors?.[0]?.extensions.code).toBe('FORBIDDEN');
      }
      expect((await buyer.order(id)).data.order.status).toBe('CONFIRMED');
      const [operator] = (await shop.accounts(1, 'OPERATOR')) as [Buyer];
      expect((await operator.send(inFull, { id })).data.cancelOrder).toEqual({ __typename: 'Order' });
      expect(await buyer.seesOrder(id, 'REFUNDED')).toMatchObject({
        refunded: { amount: 100_000 },
        payments: [{ status: 'REFUNDED' }],
      });
      await shop.invariants();
      expect(await toldRefunds(id)).toEqual([{ amount: 100_000, buyerId: buyer.id }]);
    });

    test('a paid order that is cancelled before its stock is decided ends so, though order itself dies meanwhile', async () => {
      const product = await shop.createProduct({ stock: 1 });
      const buyer = await shop.buyer();
      const { id } = await buyer.places([{ productId: product.id, quantity: 1 }]);
      const { paymentId, token } = await buyer.paysAtProvider(id);
      await shop.services.catalog.stop();
      await buyer.approvePayment(paymentId, token);
      await buyer.seesOrder(id, 'PAID');
      await using other = await followsOrder(shop, buyer, id);
      await eventually(() => expect(other.seen.at(-1)?.payments).toEqual(['APPROVED']));
      const shown = other.seen.length;
      expect(await cancels(buyer, id, 'changed my mind')).toEqual({
        __typename: 'Order',
        id,
        status: 'PAID',
        cancelRequestedAt: expect.any(String),
        refundQuote: { amount: 100_000 },
      });
      // The buyer's other device is told, and says the same when it is asked.
      await eventually(() => expect(other.seen.length).toBeGreaterThan(shown));
      const again = await cancels(buyer, id, 'pressed twice');
      expect(again).toMatchObject({ __typename: 'Order', status: 'PAID' });

      await shop.services.order.stop('SIGKILL');
      for (const service of ['order', 'catalog'] as const) shop.services[service].start();
      for (const service of ['order', 'catalog'] as const) await shop.services[service].ready();
      const order = await buyer.seesOrder(id, 'CANCELLED');
      expect(order.timeline).toEqual([
        { status: 'PENDING_PAYMENT', reason: null },
        { status: 'PAID', reason: null },
        { status: 'CANCELLED', reason: 'changed my mind' },
      ]);
      await shop.invariants();
      expect((await buyer.order(id)).data.order).toMatchObject({
        refunded: { amount: 100_000 },
        payments: [{ status: 'REFUNDED' }],
      });
      expect(await toldRefunds(id)).toEqual([{ amount: 100_000, buyerId: buyer.id }]);
      expect(await saleOf(product.id)).toMatchObject({ available: 1, held: 0, sold: 0 });
    });
  });

import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, type Fault, type Shop } from '@stampede/shared/testing';
import { agrees, approves, atProvider, endBackOff, seesPayments, type Agreed } from './paying.fixture.js';

let shop: Shop;

const allGivenBack = { taken: [100_000], givenBack: [100_000] };

async function confirmed(): Promise<Agreed> {
  const payment = await agrees(shop);
  expect((await approves(payment)).__typename).toBe('Payment');
  await payment.buyer.seesOrder(payment.orderId, 'CONFIRMED');
  return payment;
}

async function stockOf(productId: string) {
  const { data } = await shop.client.send(
    'query ($id: ID!) { product(id: $id) { stock { total available held sold } } }',
    { id: productId },
  );
  return data.product.stock;
}

/** Money goes back once, whatever happens. */
export const refunds = (opened: () => Shop) =>
  describe('refunds', () => {
    beforeAll(() => {
      shop = opened();
    });
    afterEach(async () => {
      for (const operation of ['cancel', 'lookup'] as const) await shop.fault({ operation, fault: 'none' });
    });

    // Answers that never come are in faults.test, and that they are not asked for twice in restart.test.
    test.each<[Fault, number]>([
      [{ operation: 'cancel', fault: 'error-500' }, 2],
      [{ operation: 'cancel', fault: 'decline' }, 2],
      [{ operation: 'lookup', fault: 'error-500' }, 1],
    ])('the money goes back once, whatever the provider does: %j', async (fault, cancels) => {
      const { buyer, orderId, paymentId, productId } = await confirmed();
      await shop.fault(fault);
      await buyer.cancelOrder(orderId);
      const order = await eventually(async () => {
        await endBackOff(shop, paymentId);
        const { data } = await buyer.order(orderId);
        expect(data.order.status).toBe('REFUNDED');
        return data.order;
      });
      expect(order).toMatchObject({
        refunded: { amount: 100_000 },
        payments: [{ status: 'REFUNDED', refunded: { amount: 100_000 } }],
      });
      expect(await atProvider(shop, paymentId)).toEqual(allGivenBack);
      expect((await shop.providerCalls(orderId)).cancel).toBe(cancels);
      await shop.invariants();
      expect(await stockOf(productId)).toEqual({ total: 5, available: 5, held: 0, sold: 0 });
    });

    test('cancelling twice, and a refund that is asked for twice, give the money back once', async () => {
      const { buyer, orderId, paymentId } = await confirmed();
      await Promise.all([buyer.cancelOrder(orderId), buyer.cancelOrder(orderId)]);
      await buyer.seesOrder(orderId, 'REFUNDED');
      await shop.sql('order').run(
        `INSERT INTO outbox (message_id, routing_key, version, body)
     SELECT gen_random_uuid(), routing_key, version, body FROM outbox
     WHERE routing_key = 'refund.requested' AND body->>'orderId' = $1`,
        [orderId],
      );
      await eventually(async () => {
        const [row] = await shop.sql('payment').query<{ count: number }>(
          `SELECT count(*) FROM inbox JOIN "order".outbox USING (message_id)
       WHERE routing_key = 'refund.requested' AND body->>'orderId' = $1`,
          [orderId],
        );
        expect(row?.count).toBe(2);
      });
      expect(await atProvider(shop, paymentId)).toEqual(allGivenBack);
      expect((await shop.providerCalls(orderId)).cancel).toBe(1);
      await shop.invariants();
    });

    test('a refund that was tried thousands of times holds no other up', async () => {
      const [old, young] = [await confirmed(), await confirmed()];
      await shop.fault({ operation: 'lookup', fault: 'error-500', times: 2 });
      for (const { buyer, orderId } of [old, young]) await buyer.cancelOrder(orderId);
      await eventually(async () => {
        const tried = await shop
          .sql('payment')
          .run('UPDATE refund SET tries = 5000 WHERE payment_id = $1 AND tries > 0', [old.paymentId]);
        expect(tried).toBe(1);
      });
      await eventually(async () => {
        for (const { buyer, orderId, paymentId } of [old, young]) {
          await endBackOff(shop, paymentId);
          expect((await buyer.order(orderId)).data.order.status).toBe('REFUNDED');
        }
      });
      await shop.invariants();
    });

    test('an order whose stock cannot be committed is cancelled, and its money goes back', async () => {
      const payment = await agrees(shop);
      const { buyer, orderId, productId } = payment;
      const setTotal = (total: number) =>
        shop.sql('catalog').run('UPDATE product SET total = $2 WHERE id = $1', [productId, total]);
      await setTotal(0);
      expect((await approves(payment)).__typename).toBe('Payment');
      const order = await buyer.seesOrder(orderId, 'CANCELLED');
      expect(order.timeline).toMatchObject([
        { status: 'PENDING_PAYMENT' },
        { status: 'PAID' },
        { status: 'CANCELLED', reason: 'NO_UNITS_LEFT' },
      ]);
      await seesPayments(payment, ['REFUNDED']);
      expect(await atProvider(shop, payment.paymentId)).toEqual(allGivenBack);
      await setTotal(5);
      await shop.invariants();
      expect(await stockOf(productId)).toEqual({ total: 5, available: 5, held: 0, sold: 0 });
    });

    test('a paid order is cancelled as soon as catalog has answered, and everything goes back', async () => {
      const payment = await agrees(shop);
      const { buyer, orderId, productId } = payment;
      await shop.services.catalog.stop();
      expect((await approves(payment)).__typename).toBe('Payment');
      await buyer.seesOrder(orderId, 'PAID');
      expect((await buyer.cancelOrder(orderId)).data.cancelOrder).toMatchObject({
        __typename: 'Order',
        status: 'PAID',
      });
      expect((await shop.providerCalls(orderId)).cancel).toBe(0);
      shop.services.catalog.start();
      await shop.services.catalog.ready();
      await buyer.seesOrder(orderId, 'CANCELLED');
      await seesPayments(payment, ['REFUNDED']);
      expect(await atProvider(shop, payment.paymentId)).toEqual(allGivenBack);
      await shop.invariants();
      expect(await stockOf(productId)).toEqual({ total: 5, available: 5, held: 0, sold: 0 });
    });
  });

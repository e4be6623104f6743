import { beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, type Shop } from '@stampede/shared/testing';
import {
  agrees,
  approves,
  atProvider,
  becomesFree,
  decidingPayment,
  seesPayments,
} from './paying.fixture.js';

let shop: Shop;

/** Reminders of an event that a service has counted. */
async function reminders(service: 'order' | 'payment', event: string): Promise<number> {
  const answer = await fetch(`${shop.services[service].url}/metrics`);
  const line = (await answer.text())
    .split('\n')
    .find((text) => text.startsWith('stampede_reminders_total') && text.includes(`event="${event}"`));
  return Number(line?.split(' ').at(-1) ?? 0);
}

/** Has a service take the message about this order for one that it has handled, so that it is lost. */
const loses = (service: 'catalog' | 'payment', event: string, orderId: string) =>
  shop.sql(service).run(
    `INSERT INTO inbox (message_id, queue) SELECT message_id, $1 FROM "order".outbox
     WHERE routing_key = $2 AND body->>'orderId' = $3`,
    [`${shop.namespace}.${service}.${event}`, event, orderId],
  );

/** What becomes of an order when a message about it never arrives. */
export const lostMessages = (opened: () => Shop) =>
  describe('lost messages', () => {
    beforeAll(() => {
      shop = opened();
    });

    test('a paid order whose message to catalog is lost is confirmed all the same', async () => {
      const payment = await agrees(shop);
      const { buyer, orderId } = payment;
      await shop.services.catalog.stop();
      expect((await approves(payment)).__typename).toBe('Payment');
      await buyer.seesOrder(orderId, 'PAID');
      expect(await loses('catalog', 'order.paid', orderId)).toBe(1);
      // Told again while the service is starting.
      await shop
        .sql('order')
        .run(`UPDATE orders SET paid_at = now() - interval '31 seconds' WHERE id = $1`, [orderId]);
      shop.services.catalog.start();
      await shop.services.catalog.ready();
      await buyer.seesOrder(orderId, 'CONFIRMED');
      expect(await reminders('order', 'order.paid')).toBe(1);
      await shop.invariants();
    });

    test('a refund whose message to payment is lost is given back all the same', async () => {
      const payment = await agrees(shop);
      const { buyer, orderId, paymentId } = payment;
      expect((await approves(payment)).__typename).toBe('Payment');
      await buyer.seesOrder(orderId, 'CONFIRMED');
      await shop.services.payment.stop();
      await buyer.cancelOrder(orderId);
      expect(await loses('payment', 'refund.requested', orderId)).toBe(1);
      await shop
        .sql('order')
        .run(`UPDATE refund SET requested_at = now() - interval '31 seconds' WHERE order_id = $1`, [orderId]);
      shop.services.payment.start();
      await shop.services.payment.ready();
      await buyer.seesOrder(orderId, 'REFUNDED');
      expect(await atProvider(shop, paymentId)).toEqual({ taken: [100_000], givenBack: [100_000] });
      expect(await reminders('order', 'refund.requested')).toBe(1);
      await shop.invariants();
    });

    test('an orphaned mark, of a payment that nobody decides, is cleared, and the order is payable', async () => {
      const payment = await agrees(shop);
      const { orderId, paymentId } = payment;
      await shop.sql('order').run(
        `UPDATE orders SET deciding_payment_id = $2, deciding_attempt = 0, deciding_since = now() - interval '61 seconds'
     WHERE id = $1`,
        [orderId, paymentId],
      );
      await becomesFree(shop, orderId);
      expect(await decidingPayment(shop, orderId)).toBeNull();
      expect(await reminders('order', 'payment.overdue')).toBe(1);
      expect((await approves(payment)).__typename).toBe('Payment');
      await payment.buyer.seesOrder(orderId, 'CONFIRMED');
      await seesPayments(payment, ['APPROVED']);
      await shop.invariants();
    });

    test('payment notes that order knows of an approval, and asks again when it does not', async () => {
      const payment = await agrees(shop);
      expect((await approves(payment)).__typename).toBe('Payment');
      const isNoted = () =>
        eventually(async () => {
          const noted = await shop
            .sql('payment')
            .query('SELECT 1 FROM payment WHERE id = $1 AND order_paid_at IS NOT NULL', [payment.paymentId]);
          expect(noted).toHaveLength(1);
        });
      await isNoted();
      await payment.buyer.seesOrder(payment.orderId, 'CONFIRMED');
      await shop
        .sql('payment')
        .run(
          `UPDATE payment SET order_paid_at = NULL, updated_at = now() - interval '31 seconds' WHERE id = $1`,
          [payment.paymentId],
        );
      await isNoted();
      expect(await reminders('payment', 'payment.approved')).toBe(1);
      await shop.invariants();
    });
  });

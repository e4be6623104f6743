import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { eventually, type Shop } from '@stampede/shared/testing';
import {
  agrees,
  approves,
  atProvider,
  becomesFree,
  callProvider,
  decidingPayment,
  endBackOff,
  hurry,
  PROVIDER_TIMEOUT_MS,
  providerWasCalled,
  seesPayments,
} from './paying.fixture.js';
import { isTakenBehindTheShop, sendsWebhook, startsAtToss } from './toss-webhook.fixture.js';

let shop: Shop;

/** What becomes of a payment of which the provider did not say what it did. */
export const unknownOutcomes = (opened: () => Shop) =>
  describe('unknown outcomes', () => {
    beforeAll(() => {
      shop = opened();
    });
    afterEach(async () => {
      for (const operation of ['approve', 'lookup'] as const) await shop.fault({ operation, fault: 'none' });
    });

    // Answers that never come are in faults.test, and that they are not asked for twice in restart.test.
    test('an approval that fails at the provider is asked for again by itself', async () => {
      const payment = await agrees(shop);
      await shop.fault({ operation: 'approve', fault: 'error-500' });
      expect(await approves(payment)).toMatchObject({
        __typename: 'PaymentPending',
        payment: { id: payment.paymentId, status: 'APPROVING' },
      });
      const order = await payment.buyer.seesOrder(payment.orderId, 'CONFIRMED');
      expect(order.payments).toMatchObject([{ status: 'APPROVED' }]);
      expect(await approves(payment)).toMatchObject({ __typename: 'Payment', status: 'APPROVED' });
      expect((await shop.providerCalls(payment.orderId)).approve).toBe(2);
      expect(await atProvider(shop, payment.paymentId)).toEqual({ taken: [100_000], givenBack: [] });
      await shop.invariants();
    });

    test('a provider that does not say what it did is asked until it does', async () => {
      const payment = await agrees(shop);
      await shop.fault({ operation: 'approve', fault: 'timeout-after', delayMs: 100 });
      await shop.fault({ operation: 'lookup', fault: 'error-500', times: 2 });
      expect((await approves(payment)).__typename).toBe('PaymentPending');
      expect((await approves(payment)).__typename).toBe('PaymentPending');
      await eventually(async () => {
        await endBackOff(shop, payment.paymentId);
        expect((await shop.providerCalls(payment.orderId)).lookup).toBe(3);
      });
      await payment.buyer.seesOrder(payment.orderId, 'CONFIRMED');
      expect(await shop.providerCalls(payment.orderId)).toMatchObject({ approve: 1, lookup: 3, cancel: 0 });
      expect(await atProvider(shop, payment.paymentId)).toEqual({ taken: [100_000], givenBack: [] });
      await shop.invariants();
    });

    test('a decline that arrives late frees the order, which is paid by another payment', async () => {
      const first = await agrees(shop);
      const { buyer, orderId } = first;
      await shop.fault({ operation: 'approve', fault: 'error-500' });
      expect((await approves(first)).__typename).toBe('PaymentPending');
      await shop.fault({ operation: 'approve', fault: 'decline' });
      await seesPayments(first, ['DECLINED']);
      await becomesFree(shop, orderId);
      await approves({ buyer, orderId, ...(await buyer.paysAtProvider(orderId)) });
      const order = await buyer.seesOrder(orderId, 'CONFIRMED');
      expect(order.payments).toMatchObject([{ status: 'DECLINED' }, { status: 'APPROVED' }]);
      await shop.invariants();
    });

    test('a payment declined for its silence and approved later is given back, and the order is paid once', async () => {
      const first = await agrees(shop);
      const { buyer, orderId } = first;
      await shop.fault({ operation: 'approve', fault: 'error-500', times: 1_000 });
      expect((await approves(first)).__typename).toBe('PaymentPending');
      await shop
        .sql('payment')
        .run(`UPDATE payment SET window_ends_at = now() - interval '2 minutes' WHERE id = $1`, [
          first.paymentId,
        ]);
      await seesPayments(first, ['DECLINED']);
      expect((await approves(first)).reason).toBe('EXPIRED');
      await becomesFree(shop, orderId);
      await shop.fault({ operation: 'approve', fault: 'none' });

      await approves({ buyer, orderId, ...(await buyer.paysAtProvider(orderId)) });
      await buyer.seesOrder(orderId, 'CONFIRMED');
      // What the shop had sent at last arrives at the provider.
      const [row] = await shop
        .sql('payment')
        .query<{ tid: string }>('SELECT provider_id AS tid FROM payment WHERE id = $1', [first.paymentId]);
      await callProvider(shop, 'approve', {
        tid: row?.tid,
        partner_order_id: orderId,
        partner_user_id: buyer.id,
        pg_token: first.token,
      });
      await hurry(shop, first.paymentId);
      await seesPayments(first, ['REFUNDED', 'APPROVED']);
      expect(await atProvider(shop, first.paymentId)).toEqual({ taken: [100_000], givenBack: [100_000] });
      await shop.invariants();
    });

    test('a payment that was asked about thousands of times holds nobody up', async () => {
      const [old, young] = [await agrees(shop), await agrees(shop)];
      await shop.fault({ operation: 'approve', fault: 'error-500', times: 2 });
      for (const payment of [old, young]) expect((await approves(payment)).__typename).toBe('PaymentPending');
      await shop.sql('payment').run('UPDATE payment SET looks = 5000 WHERE id = $1', [old.paymentId]);
      for (const { buyer, orderId } of [old, young]) await buyer.seesOrder(orderId, 'CONFIRMED');
      await shop.invariants();
    });

    test('who learns late that a token was wrong does not end the attempt with the right one', async () => {
      const payment = await agrees(shop);
      const { orderId, paymentId } = payment;
      // The provider refuses the wrong token at once, but its answer takes a while.
      await shop.fault({ operation: 'approve', fault: 'decline', delayMs: PROVIDER_TIMEOUT_MS * 0.6 });
      const late = approves({ ...payment, token: 'made-up' });
      await providerWasCalled(shop, orderId, 'approve', 1);
      // Meanwhile another process settles the payment, as if the first one's lease had run out.
      await hurry(shop, paymentId);
      await seesPayments(payment, ['READY']);
      await shop.fault({ operation: 'approve', fault: 'timeout-before' });
      const right = await approves(payment);
      for (const answer of [right, await late]) expect(answer.__typename).toBe('PaymentPending');
      await payment.buyer.seesOrder(orderId, 'CONFIRMED');
      expect(await atProvider(shop, paymentId)).toEqual({ taken: [100_000], givenBack: [] });
      await shop.invariants();
    });

    test('an order that somebody freed meanwhile gives the money back', async () => {
      const payment = await agrees(shop);
      const { buyer, orderId } = payment;
      await shop.fault({ operation: 'approve', fault: 'timeout-after', delayMs: 100 });
      await shop.fault({ operation: 'lookup', fault: 'error-500', times: 1_000 });
      expect((await approves(payment)).__typename).toBe('PaymentPending');
      await eventually(async () => expect(await decidingPayment(shop, orderId)).toBe(payment.paymentId));
      await shop
        .sql('order')
        .run('UPDATE orders SET deciding_payment_id = NULL, pay_by = now() WHERE id = $1', [orderId]);
      await buyer.seesOrder(orderId, 'EXPIRED');
      await shop.fault({ operation: 'lookup', fault: 'none' });
      await hurry(shop, payment.paymentId);
      const order = await seesPayments(payment, ['REFUNDED']);
      expect(order).toMatchObject({ status: 'EXPIRED', payments: [{ refunded: { amount: 100_000 } }] });
      expect(await atProvider(shop, payment.paymentId)).toEqual({ taken: [100_000], givenBack: [100_000] });
      await shop.invariants();
    });

    test('a webhook has money go back that Toss Payments took without being asked to, and a false one changes nothing', async () => {
      const { id: productId } = await shop.createProduct({ stock: 1 });
      const buyer = await shop.buyer();
      const { id: orderId } = await buyer.places([{ productId, quantity: 1 }]);
      const paymentId = await startsAtToss(buyer, orderId);
      const looks = async () => {
        const { data } = await buyer.order(orderId);
        return (data.order.payments as { status: string }[]).map(({ status }) => status);
      };
      expect(await sendsWebhook(shop, paymentId, 'DONE')).toBe(200);
      await eventually(async () => {
        await endBackOff(shop, paymentId);
        const calls = await fetch(`${shop.emulatorsUrl}/toss/calls?orderId=${paymentId}`);
        expect(await calls.json()).toMatchObject({ lookup: 1, cancel: 0 });
      });
      expect(await looks()).toEqual(['READY']);
      await isTakenBehindTheShop(shop, paymentId, 100_000);
      expect(await sendsWebhook(shop, paymentId, 'DONE')).toBe(200);
      await eventually(async () => {
        await hurry(shop, paymentId);
        expect(await looks()).toEqual(['REFUNDED']);
      });
    });
  });

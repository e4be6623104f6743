import { TOSS_KEY } from '@stampede/shared/testing';
import type { Stage } from '../stage.js';
import { isSoon, untilSo } from '../until-answered.js';
import { approveBehindLock } from './approve-behind-lock.js';

const LANDS_AFTER_MS = 1_500;
const WAITS_FOR_ROW = `SELECT FROM pg_stat_activity
  WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%UPDATE payment %'`;

/** A provider that takes the money and does not say so, or says so late: it is looked up, and taken once. */
export async function payWithoutAnswer(stage: Stage): Promise<void> {
  const { shop, customer, sock } = stage;
  const faults = [
    { target: 'kakaopay', operation: 'approve', fault: 'timeout-later', delayMs: LANDS_AFTER_MS },
    { target: 'toss', operation: 'confirm', fault: 'timeout-after', delayMs: 100 },
  ] as const;
  for (const fault of faults) await shop.fault(fault);
  await Promise.all(
    (['KAKAOPAY', 'TOSS_PAYMENTS'] as const).map((provider) =>
      customer().buys([{ productId: sock, quantity: 1 }], provider),
    ),
  );
}

/** As above, of money that is given back. */
export async function refundWithoutAnswer({ shop, customer, sock }: Stage): Promise<void> {
  const one = customer();
  const other = customer();
  const lines = [{ productId: sock, quantity: 1 }];
  const orders = await Promise.all([one.buys(lines, 'KAKAOPAY'), other.buys(lines, 'TOSS_PAYMENTS')]);
  await shop.fault({ target: 'kakaopay', operation: 'cancel', fault: 'timeout-after', delayMs: 100 });
  await shop.fault({ target: 'toss', operation: 'cancel', fault: 'error-500' });
  await Promise.all([one.cancels(orders[0]), other.cancels(orders[1])]);
  await one.sees(orders[0], 'REFUNDED');
  await other.sees(orders[1], 'REFUNDED');
}

/** Money that is taken past us, while nobody here awaits it, goes back when it comes to light: all of it. */
export async function approveUnseen({ shop, customer, sneaker }: Stage): Promise<void> {
  const one = customer();
  const orderId = await one.places([{ productId: sneaker, quantity: 1 }]);
  const { paymentId, token, amount } = await one.agrees(orderId, 'TOSS_PAYMENTS');
  // The provider tells of it by a webhook.
  const confirm = () =>
    fetch(`${shop.emulatorsUrl}/toss/v1/payments/confirm`, {
      method: 'POST',
      headers: {
        authorization: `Basic ${Buffer.from(`${TOSS_KEY}:`).toString('base64')}`,
        'content-type': 'application/json',
        'idempotency-key': paymentId,
      },
      body: JSON.stringify({ paymentKey: token, orderId: paymentId, amount }),
    });
  await untilSo('the provider takes the money', () => confirm().catch(() => undefined));
  await one.seesPayment(orderId, paymentId, 'REFUNDED');
  await one.cancels(orderId);
  await one.sees(orderId, 'CANCELLED');
}

/** What the provider said meets a row that somebody else has in hand. */
export async function approveAmidOthers({ shop, customer, sock }: Stage): Promise<void> {
  const one = customer();
  const orderId = await one.places([{ productId: sock, quantity: 1 }]);
  const agreed = await one.agrees(orderId, 'KAKAOPAY');
  await approveBehindLock(shop, one, { orderId, ...agreed }, () =>
    isSoon(async () => (await shop.sql('payment').run(WAITS_FOR_ROW)) > 0),
  );
  await one.sees(orderId, 'CONFIRMED');
}

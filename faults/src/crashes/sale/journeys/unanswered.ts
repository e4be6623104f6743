import type { ServiceName } from '@stampede/shared/database';
import { deafen } from '../hold-up.js';
import type { Stage } from '../stage.js';
import { isSoon, WrongAnswer } from '../until-answered.js';
import { approveBehindLock } from './approve-behind-lock.js';

/** What stands still is told again: each of these journeys makes something stand, and have stood for long. */
const AGO = `now() - interval '61 seconds'`;

/** Waits until the watchdog has told a row's event again. */
function reminded({ shop }: Stage, schema: ServiceName, table: string, key: string, id: string) {
  const query = `SELECT FROM ${table} WHERE ${key} = $1 AND reminded_at IS NOT NULL`;
  return isSoon(async () => (await shop.sql(schema).run(query, [id])) > 0);
}

/** payment.approved, as if order had never answered it. */
export async function loseApproval(stage: Stage): Promise<void> {
  const orderId = await stage.customer().buys([{ productId: stage.sock, quantity: 1 }]);
  const payment = stage.shop.sql('payment');
  const [row] = await payment.query<{ id: string }>('SELECT id FROM payment WHERE order_id = $1', [orderId]);
  await payment.run(`UPDATE payment SET order_paid_at = NULL, updated_at = ${AGO} WHERE id = $1`, [row!.id]);
  await reminded(stage, 'payment', 'payment', 'id', row!.id);
}

/** stock.returned, as if it had never come. */
export async function loseReturn(stage: Stage): Promise<void> {
  const one = stage.customer();
  const orderId = await one.buys([{ productId: stage.sneaker, quantity: 1 }]);
  await one.cancels(orderId);
  await one.sees(orderId, 'REFUNDED');
  await stage.shop
    .sql('order')
    .run(`UPDATE orders SET returning_since = ${AGO}, reminded_at = NULL WHERE id = $1`, [orderId]);
  await reminded(stage, 'order', 'orders', 'id', orderId);
}

/** refund.requested, while payment hears nothing; nor that an order has ended, whose payment is approved then. */
export async function loseRefund(stage: Stage): Promise<void> {
  const one = stage.customer();
  const late = stage.customer();
  const ended = await late.places([{ productId: stage.sock, quantity: 1 }]);
  const agreed = await late.agrees(ended, 'KAKAOPAY');
  const orderId = await one.buys([{ productId: stage.sock, quantity: 1 }]);
  await deafen(stage.shop, 'payment', async () => {
    await one.cancels(orderId);
    await one.sees(orderId, 'REFUNDING');
    await late.cancels(ended);
    const { __typename } = await late.approves(agreed);
    if (__typename !== 'OrderNotPayable') throw new WrongAnswer(`an ended order was answered ${__typename}`);
    const aged = `UPDATE refund SET requested_at = ${AGO} WHERE order_id = $1`;
    await stage.shop.sql('order').run(aged, [orderId]);
    await reminded(stage, 'order', 'refund', 'order_id', orderId);
  });
  await one.sees(orderId, 'REFUNDED');
}

/** A mark whose payment is not decided for long: what the provider said cannot be written down. */
export async function loseDecision(stage: Stage): Promise<void> {
  const one = stage.customer();
  const orderId = await one.places([{ productId: stage.sock, quantity: 1 }]);
  const agreed = await one.agrees(orderId, 'TOSS_PAYMENTS');
  await approveBehindLock(stage.shop, one, { orderId, ...agreed }, async () => {
    const aged = `UPDATE orders SET deciding_since = ${AGO} WHERE id = $1 AND deciding_payment_id IS NOT NULL`;
    await isSoon(async () => (await stage.shop.sql('order').run(aged, [orderId])) > 0);
    await reminded(stage, 'order', 'orders', 'id', orderId);
  });
  await one.sees(orderId, 'CONFIRMED');
}

/** order.paid, while catalog hears nothing; one buyer cancels before it has decided. */
export async function losePaid(stage: Stage): Promise<void> {
  const patient = stage.customer();
  const other = stage.customer();
  const lines = [{ productId: stage.sneaker, quantity: 1 }];
  const kept = await patient.places(lines);
  const left = await other.places(lines);
  await deafen(stage.shop, 'catalog', async () => {
    await Promise.all([patient.pays(kept), other.pays(left)]);
    await patient.sees(kept, 'PAID');
    await other.sees(left, 'PAID');
    await other.cancels(left);
    await stage.shop.sql('order').run(`UPDATE orders SET paid_at = ${AGO} WHERE id = $1`, [kept]);
    await reminded(stage, 'order', 'orders', 'id', kept);
  });
  await patient.sees(kept, 'CONFIRMED');
  await other.sees(left, 'CANCELLED');
}

import type { Shop } from '@stampede/shared/testing';
import type { AgreedPayment, Customer } from '../customer.js';
import { holdUp } from '../hold-up.js';
import { isSoon, WrongAnswer } from '../until-answered.js';

/**
 * Has a payment approved while somebody else holds its row, from before it is marked until `meanwhile` has ended: the
 * provider takes the money, and nobody can write that down.
 */
export async function approveBehindLock(
  shop: Shop,
  one: Customer,
  { orderId, ...agreed }: AgreedPayment & { orderId: string },
  meanwhile: () => Promise<unknown>,
): Promise<void> {
  const { paymentId } = agreed;
  const locked = openGate();
  const marking = openGate();
  // Its mark waits for the order's row, so that there is time to take the payment's.
  const { answer, held } = await holdUp(shop, 'order', ROW_OF.orders, [orderId], async () => {
    const approving = one.approves(agreed);
    // Told below, should it fail before.
    approving.catch(() => undefined);
    await isSoon(async () => (await shop.sql('payment').run(HAS_BEGUN, [paymentId])) > 0);
    const holding = holdUp(shop, 'payment', ROW_OF.payment, [paymentId], async () => {
      locked.pass();
      await marking.passed;
      await meanwhile();
    });
    await Promise.race([locked.passed, holding]);
    return { answer: approving, held: holding };
  });
  marking.pass();
  await held;
  const { __typename } = await answer;
  if (__typename !== 'Payment') throw new WrongAnswer(`an approval was answered ${__typename}`);
}

const ROW_OF = {
  orders: 'SELECT FROM orders WHERE id = $1 FOR UPDATE',
  payment: 'SELECT FROM payment WHERE id = $1 FOR UPDATE',
};
const HAS_BEGUN = `SELECT FROM payment WHERE id = $1 AND status = 'APPROVING'`;

function openGate(): { passed: Promise<void>; pass: () => void } {
  let pass = (): void => undefined;
  const passed = new Promise<void>((resolve) => {
    pass = resolve;
  });
  return { passed, pass };
}

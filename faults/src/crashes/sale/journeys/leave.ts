import type { Stage } from '../stage.js';

/** Gives up at the provider's page, says so, and cancels what is not paid. */
export async function giveUp({ customer, sneaker }: Stage): Promise<void> {
  const one = customer();
  const orderId = await one.places([{ productId: sneaker, quantity: 1 }]);
  const { paymentId } = await one.agrees(orderId, 'KAKAOPAY', 'cancel');
  await one.abandons(paymentId);
  await one.cancels(orderId);
  await one.sees(orderId, 'CANCELLED');
}

/** Lets holds run out, with a payment begun and without one. */
export async function letHoldRunOut({ customer, sneaker, sock, shop }: Stage): Promise<void> {
  const idle = customer();
  const hesitant = customer();
  const idleOrder = await idle.places([{ productId: sneaker, quantity: 1 }]);
  const hesitantOrder = await hesitant.places([{ productId: sock, quantity: 1 }]);
  const { paymentId } = await hesitant.agrees(hesitantOrder, 'KAKAOPAY');
  const ids = [idleOrder, hesitantOrder];
  // The minutes of a hold are longer than a run of the sale.
  await shop.sql('order').run('UPDATE orders SET pay_by = now() WHERE id = ANY($1)', [ids]);
  await idle.sees(idleOrder, 'EXPIRED');
  await hesitant.sees(hesitantOrder, 'EXPIRED');
  await hesitant.seesPayment(hesitantOrder, paymentId, 'CANCELLED');
}

/** Pays, and changes their mind at once: before the stock is committed, or just after it. */
export async function cancelAtOnce({ customer, sneaker }: Stage): Promise<void> {
  const one = customer();
  const orderId = await one.places([{ productId: sneaker, quantity: 2 }]);
  await one.pays(orderId, 'TOSS_PAYMENTS');
  await one.sees(orderId, 'PAID', 'CONFIRMED');
  await one.cancels(orderId);
  await one.sees(orderId, 'CANCELLED', 'REFUNDED');
}

/** Gives back what was confirmed: in full, and by a policy that keeps half. */
export async function cancelLater({ customer, sock, ticket }: Stage): Promise<void> {
  await Promise.all(
    ([sock, ticket] as const).map(async (productId, index) => {
      const one = customer();
      const orderId = await one.buys(
        [{ productId, quantity: 2 }],
        index === 0 ? 'KAKAOPAY' : 'TOSS_PAYMENTS',
      );
      await one.cancels(orderId);
      await one.sees(orderId, 'REFUNDED');
    }),
  );
}

import { eventually, moneyAtProvider, type Buyer, type Money, type Shop } from '@stampede/shared/testing';
import type { PaymentRow, ProviderName } from '../src/payment-row.js';

/** How long these tests' shop waits for KakaoPay, in ms. */
export const PROVIDER_TIMEOUT_MS = 1_500;

export interface Agreed {
  productId: string;
  buyer: Buyer;
  orderId: string;
  paymentId: string;
  token: string;
  /** As Toss Payments' redirect carried it. */
  amount?: number;
}

/** An order of one unit whose buyer has pressed “pay” on the provider's page: only approvePayment is missing. */
export async function agrees(shop: Shop, choice?: string, provider?: ProviderName): Promise<Agreed> {
  const { id: productId } = await shop.createProduct({ stock: 5 });
  const buyer = await shop.buyer();
  const { id: orderId } = await buyer.places([{ productId, quantity: 1 }]);
  return { productId, buyer, orderId, ...(await buyer.paysAtProvider(orderId, choice, provider)) };
}

/** Asks for the approval. @returns the union's member, or the errors' codes */
export async function approves({ buyer, paymentId, token, amount }: Omit<Agreed, 'productId'>) {
  const { data, errors } = await buyer.approvePayment(paymentId, token, amount);
  return data?.approvePayment ?? { errors: errors?.map(({ extensions }) => extensions.code) };
}

/** Waits until the buyer sees these payments of the order, oldest first. */
export function seesPayments({ buyer, orderId }: Pick<Agreed, 'buyer' | 'orderId'>, statuses: string[]) {
  return eventually(async () => {
    const { data } = await buyer.order(orderId);
    const payments: { status: string }[] = data.order.payments;
    const seen = payments.map(({ status }) => status).join();
    if (seen !== statuses.join()) throw new Error(`the payments are ${seen}, not ${statuses.join()}`);
    return data.order;
  });
}

/** Waits until no payment of the order is being decided. */
export function becomesFree(shop: Shop, orderId: string): Promise<void> {
  return eventually(async () => {
    if ((await decidingPayment(shop, orderId)) !== null) throw new Error(`order ${orderId} is still marked`);
  });
}

/** Whose decision the order waits for. */
export async function decidingPayment(shop: Shop, orderId: string): Promise<string | null> {
  const [row] = await shop
    .sql('order')
    .query<{ deciding_payment_id: string | null }>('SELECT deciding_payment_id FROM orders WHERE id = $1', [
      orderId,
    ]);
  return row?.deciding_payment_id ?? null;
}

/** Has the payment, or its refund, worked off now rather than when a lease or a back-off ends. */
export async function hurry(shop: Shop, paymentId: string): Promise<void> {
  const payment = shop.sql('payment');
  await payment.run('UPDATE payment SET look_at = now() WHERE id = $1 AND look_at IS NOT NULL', [paymentId]);
  await payment.run('UPDATE refund SET try_at = now() WHERE payment_id = $1 AND refunded_at IS NULL', [
    paymentId,
  ]);
}

/** As `hurry`, but only of what waits for its next try (16 s at most): a lease stands, and who has it in hand goes on. */
export async function endBackOff(shop: Shop, paymentId: string): Promise<void> {
  const payment = shop.sql('payment');
  const waits = (at: string) => `${at} < now() + interval '20 seconds'`;
  await payment.run(`UPDATE payment SET look_at = now() WHERE id = $1 AND ${waits('look_at')}`, [paymentId]);
  await payment.run(
    `UPDATE refund SET try_at = now() WHERE payment_id = $1 AND refunded_at IS NULL AND ${waits('try_at')}`,
    [paymentId],
  );
}

/** Waits until the provider has been called so often for the order. */
export function providerWasCalled(
  shop: Shop,
  orderId: string,
  operation: 'approve' | 'cancel',
  times: number,
) {
  return eventually(async () => {
    const calls = await shop.providerCalls(orderId);
    if (calls[operation] < times) throw new Error(`${operation} was called ${calls[operation]} times`);
  });
}

/** What the provider itself says: won taken and given back, one entry for each time. */
export async function atProvider(shop: Shop, paymentId: string): Promise<Money> {
  const [payment] = await shop
    .sql('payment')
    .query<PaymentRow>('SELECT id, provider, provider_id FROM payment WHERE id = $1', [paymentId]);
  if (!payment) throw new Error(`payment ${paymentId} is not there`);
  return moneyAtProvider(shop.emulatorsUrl, payment);
}

/** Calls the provider as the shop would, past the shop. */
export async function callProvider(shop: Shop, operation: 'approve', body: object): Promise<unknown> {
  const response = await fetch(`${shop.emulatorsUrl}/kakaopay/online/v1/payment/${operation}`, {
    method: 'POST',
    headers: { authorization: 'SECRET_KEY local-only-test', 'content-type': 'application/json' },
    body: JSON.stringify({ cid: 'TC0ONETIME', ...body }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`the provider's ${operation} answered ${text}`);
  return JSON.parse(text) as unknown;
}

import { type Buyer, type Shop } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';

const START = `mutation ($input: StartPaymentInput!) { startPayment(input: $input) { __typename ... on Payment { id } } }`;

/** Starts a payment by Toss Payments. @returns its id */
export async function startsAtToss(buyer: Buyer, orderId: string): Promise<string> {
  const input = { orderId, provider: 'TOSS_PAYMENTS', returnUrl: 'http://localhost:4000/return' };
  const { data } = await buyer.send(START, { input });
  return String(data.startPayment.id);
}

/** Pays in the provider's window, and has it take the money as the shop would, past the shop. */
export async function isTakenBehindTheShop(shop: Shop, orderId: string, amount: number): Promise<void> {
  const window = new URL(`${shop.emulatorsUrl}/toss/payment-window`);
  const [successUrl, failUrl] = ['http://localhost:4000/return', 'http://localhost:4000/return'];
  const asked = { clientKey: 'local-only-toss-client-key', orderId, orderName: 'x', successUrl, failUrl };
  for (const [name, value] of Object.entries({ ...asked, amount: String(amount) })) {
    window.searchParams.set(name, value);
  }
  const body = new URLSearchParams({ choice: 'card' });
  const back = await fetch(window, { method: 'POST', body, redirect: 'manual' });
  const paymentKey = new URL(back.headers.get('location') ?? '').searchParams.get('paymentKey');
  const confirmed = await fetch(`${shop.emulatorsUrl}/toss/v1/payments/confirm`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from('local-only-toss-secret-key:').toString('base64')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ paymentKey, orderId, amount }),
  });
  if (!confirmed.ok) throw new Error(`the provider's confirm answered ${await confirmed.text()}`);
}

/** Sends a webhook as Toss Payments does. @returns the answer's status */
export async function sendsWebhook(shop: Shop, orderId: string, status: string): Promise<number> {
  const response = await fetch(`${shop.gatewayUrl}/webhooks/toss`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'tosspayments-webhook-transmission-id': randomUUID() },
    body: JSON.stringify({ eventType: 'PAYMENT_STATUS_CHANGED', data: { orderId, status } }),
  });
  await response.arrayBuffer();
  return response.status;
}

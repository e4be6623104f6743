import { notFound } from '@stampede/shared/errors';
import { randomUUID } from 'node:crypto';
import type { OrderToPay } from '../order-client.js';
import { DeclineReason } from '../payment.entity.js';
import { paymentChanges } from '../payment-changes.js';
import type { PaymentParts } from '../payment-parts.js';
import { move, type PaymentRow, type ProviderName } from '../payment-row.js';
import { PaymentStatus } from '../payment-status.js';
import { returnUrlsOf } from './return-url.js';

export type StartAnswer =
  { kind: 'started'; payment: PaymentRow } | { kind: 'not-payable' } | { kind: 'unavailable' };

export interface StartRequest {
  orderId: string;
  buyerId: string;
  returnUrl: URL;
  requestId: string;
  provider: ProviderName;
}

/**
 * Has the provider prepare a payment of the whole order. One that is READY already is given again, unless its
 * window has ended or the buyer gave it up on the provider's page: that one is over, and a new one is made.
 *
 * @throws NOT_FOUND for somebody else's order; Unavailable when order is away.
 */
export async function startPayment(parts: PaymentParts, request: StartRequest): Promise<StartAnswer> {
  const { orderId, buyerId, provider, requestId } = request;
  const order = await parts.orders.toPay(orderId, requestId);
  if (!order || order.buyerId !== buyerId) throw notFound('order');
  if (!order.payable) return { kind: 'not-payable' };
  const ready = await findReady(parts, orderId, provider);
  const over = ready && (await whyOver(parts, ready));
  if (ready && !over) return { kind: 'started', payment: ready };
  if (ready) {
    await move(parts.database, ready, PaymentStatus.READY, PaymentStatus.DECLINED, {
      decline_reason: over ?? null,
      look_at: ready.look_at,
    });
  }
  return prepare(parts, request, order);
}

/** Why nobody can pay by this READY payment any more; undefined when they can, as far as anybody knows. */
async function whyOver({ providers }: PaymentParts, ready: PaymentRow): Promise<DeclineReason | undefined> {
  if (ready.window_ends_at.getTime() <= Date.now()) return DeclineReason.EXPIRED;
  const found = await providers[ready.provider].lookup(ready);
  if (found.kind === 'cancelled') return DeclineReason.CANCELLED_BY_BUYER;
  return found.kind === 'declined' ? DeclineReason[found.reason] : undefined;
}

async function prepare(parts: PaymentParts, request: StartRequest, order: OrderToPay): Promise<StartAnswer> {
  const { orderId, buyerId, provider, returnUrl } = request;
  const id = randomUUID();
  const outcome = await parts.providers[provider].prepare({
    id,
    orderId,
    buyerId,
    itemName: order.itemName,
    quantity: order.quantity,
    amount: order.total,
    ...returnUrlsOf(returnUrl, id),
  });
  if (outcome.kind !== 'prepared') {
    parts.log.error({ orderId, outcome }, 'the provider did not prepare a payment');
    return { kind: 'unavailable' };
  }
  const windowEndsAt = new Date(Date.now() + parts.providers[provider].windowMs);
  const [payment] = await parts.database.query<PaymentRow>(
    `INSERT INTO payment (id, order_id, buyer_id, provider, status, amount, provider_id, redirect_url,
       item_name, return_url, window_ends_at)
     VALUES ($1, $2, $3, $4, 'READY', $5, $6, $7, $8, $9, $10)
     ON CONFLICT (order_id, provider) WHERE status = 'READY' DO NOTHING RETURNING *`,
    [
      id,
      orderId,
      buyerId,
      provider,
      order.total,
      outcome.providerId,
      outcome.redirectUrl,
      order.itemName,
      returnUrl.href,
      windowEndsAt,
    ],
  );
  if (payment) paymentChanges.note(parts.database, orderId);
  // A twin of this request was quicker: its payment is the one, and ours lapses unseen at the provider.
  const started = payment ?? (await findReady(parts, orderId, provider));
  return started ? { kind: 'started', payment: started } : { kind: 'not-payable' };
}

async function findReady(
  { database }: PaymentParts,
  orderId: string,
  provider: ProviderName,
): Promise<PaymentRow | undefined> {
  const [row] = await database.query<PaymentRow>(
    `SELECT * FROM payment WHERE order_id = $1 AND provider = $2 AND status = 'READY'`,
    [orderId, provider],
  );
  return row;
}

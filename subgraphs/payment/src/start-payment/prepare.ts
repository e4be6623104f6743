import { passing } from '@stampede/shared/crash-points';
import { randomUUID } from 'node:crypto';
import type { OrderToPay } from '../order-client.js';
import type { PaymentParts } from '../payment-parts.js';
import { noteStep, PAYMENT_COLUMNS, type PaymentRow } from '../payment-row.js';
import { findReady } from './find-ready.js';
import { returnUrlsOf } from './return-url.js';
import type { StartAnswer, StartRequest } from './start-payment.js';

/** Has the provider prepare a payment, and keeps it: READY. */
export async function prepare(
  parts: PaymentParts,
  request: StartRequest,
  order: OrderToPay,
): Promise<StartAnswer> {
  const { orderId, buyerId, provider, returnUrl } = request;
  const id = randomUUID();
  const asked = parts.providers[provider];
  const outcome = await asked.prepare({
    id,
    orderId,
    buyerId,
    itemName: order.itemName,
    quantity: order.quantity,
    amount: order.total,
    ...returnUrlsOf(returnUrl, id),
  });
  if (outcome.kind === 'refused') {
    parts.log.warn({ orderId, provider, code: outcome.code }, 'the provider does not take a payment');
    return { kind: 'not-taken' };
  }
  if (outcome.kind === 'unavailable') {
    parts.log.warn({ orderId, provider, cause: outcome.cause }, 'the provider did not prepare a payment');
    const retryAt = asked.retryAt();
    return { kind: 'unavailable', ...(retryAt && { retryAt }) };
  }
  const windowEndsAt = new Date(Date.now() + asked.windowMs);
  const [payment] = await passing('start-payment', 'commit', () =>
    parts.database.query<PaymentRow>(
      `INSERT INTO payment (id, order_id, buyer_id, provider, status, amount, provider_id, redirect_url,
       item_name, return_url, window_ends_at)
     VALUES ($1, $2, $3, $4, 'READY', $5, $6, $7, $8, $9, $10)
     ON CONFLICT (order_id, provider) WHERE status = 'READY' DO NOTHING RETURNING ${PAYMENT_COLUMNS}`,
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
    ),
  );
  if (payment) noteStep(parts.database, payment);
  // A twin of this request was quicker: its payment is the one, and ours lapses unseen at the provider.
  const started = payment ?? (await findReady(parts, orderId, provider));
  return started ? { kind: 'started', payment: started } : { kind: 'not-payable' };
}

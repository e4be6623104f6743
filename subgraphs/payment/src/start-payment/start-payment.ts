import { passing } from '@stampede/shared/crash-points';
import { notFound } from '@stampede/shared/errors';
import { endReady } from '../end-ready/end-ready.js';
import { whatBecameOf, type End } from '../end-ready/what-became-of.js';
import { DeclineReason } from '../payment.entity.js';
import type { PaymentParts } from '../payment-parts.js';
import { PAYMENT_COLUMNS, findPayment, type PaymentRow, type ProviderName } from '../payment-row.js';
import { PaymentStatus } from '../payment-status.js';
import { findReady } from './find-ready.js';
import { prepare } from './prepare.js';

/** `not-taken`: not by this provider, however often. `retryAt`: when the provider may be back, where that is known. */
export type StartAnswer =
  | { kind: 'started'; payment: PaymentRow }
  | { kind: 'not-payable' }
  | { kind: 'not-taken' }
  | { kind: 'unavailable'; retryAt?: Date };

export interface StartRequest {
  orderId: string;
  buyerId: string;
  returnUrl: URL;
  requestId: string;
  provider: ProviderName;
}

/**
 * Has the provider prepare a payment of the whole order. One that is READY already is given again, unless its
 * window has ended, the buyer gave it up on the provider's page, or that page leads elsewhere: that one is over, and
 * a new one is made.
 *
 * A provider that fails or hangs is not asked at all.
 *
 * @throws NOT_FOUND for somebody else's order; Unavailable when order is away.
 */
export async function startPayment(parts: PaymentParts, request: StartRequest): Promise<StartAnswer> {
  const { orderId, buyerId, provider, requestId } = request;
  const order = await parts.orders.toPay(orderId, requestId);
  if (!order || order.buyerId !== buyerId) throw notFound('order');
  if (!order.payable) return { kind: 'not-payable' };
  const retryAt = parts.providers[provider].retryAt();
  if (retryAt) return { kind: 'unavailable', retryAt };
  const ready = await findReady(parts, orderId, provider);
  if (!ready) return prepare(parts, request, order);
  const end = await whyNotAgain(parts, ready, request.returnUrl);
  if (!end) return giveAgain(parts, ready, request.returnUrl);
  const isOver = (await endReady(parts, ready, end)) ?? (await wasEnded(parts, ready));
  return isOver ? prepare(parts, request, order) : { kind: 'not-payable' };
}

async function whyNotAgain(parts: PaymentParts, ready: PaymentRow, returnUrl: URL): Promise<End | undefined> {
  const became = await whatBecameOf(parts, ready);
  if (became.kind !== 'open') return became;
  const { opensInBrowser } = parts.providers[ready.provider];
  // A provider's page was told where it leads when it was made; our own asks when it is opened.
  const leadsElsewhere = !opensInBrowser && ready.return_url !== null && ready.return_url !== returnUrl.href;
  return leadsElsewhere ? { kind: 'over', reason: DeclineReason.CANCELLED_BY_BUYER } : undefined;
}

async function giveAgain(
  { database }: PaymentParts,
  ready: PaymentRow,
  returnUrl: URL,
): Promise<StartAnswer> {
  if (ready.return_url === returnUrl.href) return { kind: 'started', payment: ready };
  const [payment] = await passing('lead-elsewhere', 'commit', () =>
    database.query<PaymentRow>(
      `UPDATE payment SET return_url = $2 WHERE id = $1 AND status = 'READY' RETURNING ${PAYMENT_COLUMNS}`,
      [ready.id, returnUrl.href],
    ),
  );
  return payment ? { kind: 'started', payment } : { kind: 'not-payable' };
}

/** Whether it was a twin of this request that ended it; else its buyer has paid, or is about to. */
async function wasEnded({ database }: PaymentParts, { id }: PaymentRow): Promise<boolean> {
  const payment = await findPayment(database, id);
  return payment?.status === PaymentStatus.DECLINED;
}

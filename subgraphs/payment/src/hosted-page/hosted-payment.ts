import { notFound } from '@stampede/shared/errors';
import { isUuid } from '@stampede/shared/graphql';
import type { Sql } from '@stampede/shared/database';
import { findPayment } from '../payment-row.js';
import { PaymentStatus } from '../payment-status.js';
import { shortItemName } from '../provider/index.js';
import { returnUrlsOf } from '../start-payment/return-url.js';
import type { HostedPayment } from './hosted-payment.entity.js';

/** What the provider's browser SDK is opened with, the same for every payment. */
export interface TossSdk {
  sdkUrl: string;
  clientKey: string;
}

/**
 * What the page of a payment shows now: who starts a payment again with another returnUrl goes there.
 *
 * @returns null when the buyer cannot pay (any more) by it: decided, given up, or past the provider's window.
 * @throws NOT_FOUND when there is no payment by Toss Payments of that id.
 */
export async function readHostedPayment(sql: Sql, sdk: TossSdk, id: string): Promise<HostedPayment | null> {
  const payment = isUuid(id) ? await findPayment(sql, id) : undefined;
  if (payment?.provider !== 'TOSS_PAYMENTS') throw notFound('payment');
  const isOver = payment.window_ends_at.getTime() <= Date.now();
  if (payment.status !== PaymentStatus.READY || isOver) return null;
  const { item_name: itemName, return_url: returnUrl } = payment;
  if (itemName === null || returnUrl === null) throw new Error(`payment ${id} has nothing to show`);
  const { approvalUrl, failUrl, cancelUrl } = returnUrlsOf(new URL(returnUrl), payment.id);
  return {
    ...sdk,
    orderId: payment.id,
    orderName: shortItemName(itemName),
    amount: payment.amount,
    successUrl: approvalUrl,
    failUrl,
    cancelUrl,
  };
}

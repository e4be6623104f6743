import { endReady } from '../end-ready/end-ready.js';
import { whatBecameOf } from '../end-ready/what-became-of.js';
import type { PaymentParts } from '../payment-parts.js';
import { findPayment, type PaymentRow } from '../payment-row.js';
import { PaymentStatus } from '../payment-status.js';
import { DeclineReason } from '../payment.entity.js';

/**
 * The buyer has come back without paying. A READY payment is over, for the reason that the provider gives, or else
 * because its buyer gave it up; any other stays as it is. Safe to repeat.
 */
export async function abandonPayment(parts: PaymentParts, payment: PaymentRow): Promise<PaymentRow> {
  if (payment.status !== PaymentStatus.READY) return payment;
  const became = await whatBecameOf(parts, payment);
  const end =
    became.kind === 'open' ? { kind: 'over' as const, reason: DeclineReason.CANCELLED_BY_BUYER } : became;
  const ended = await endReady(parts, payment, end);
  return ended ?? (await findPayment(parts.database, payment.id)) ?? payment;
}

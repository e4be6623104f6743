import type { Database, Transaction } from '@stampede/shared/database';
import { paymentApproved, paymentDeclined, type PaymentApproved } from '@stampede/shared/messages';
import { appendEachToOutbox, appendToOutbox, type Origin } from '@stampede/shared/messaging';
import { isUniqueViolation } from '../is-unique-violation.js';
import { insertRefund } from '../refund/insert-refund.js';
import { DeclineReason } from '../payment.entity.js';
import { move, type PaymentRow } from '../payment-row.js';
import { PaymentStatus } from '../payment-status.js';

const { APPROVED, APPROVING, CANCELLED, DECLINED, READY, REFUNDING } = PaymentStatus;

/** What the provider says of money that it has taken. */
export interface Approval {
  approvedAt: Date;
  providerId: string;
}

/** The provider has taken the money: says so, in the same transaction. Undefined when it was decided already. */
export function recordApproved(
  database: Database,
  payment: PaymentRow,
  approval: Approval,
): Promise<PaymentRow | undefined> {
  return database.transaction('record-approval', async (tx) => {
    const approved = await move(tx, payment, APPROVING, APPROVED, columnsOf(approval));
    if (!approved) return undefined;
    await sayApproved(tx, approved);
    return approved;
  });
}

/** The provider has not taken the money: the order may be paid again. `lookAgainAt`: when nothing proves it. */
export function recordDeclined(
  database: Database,
  payment: PaymentRow,
  reason: DeclineReason,
  lookAgainAt: Date | null = null,
): Promise<PaymentRow | undefined> {
  return database.transaction('record-decline', async (tx) => {
    const changes = { decline_reason: reason, look_at: lookAgainAt };
    const declined = await move(tx, payment, APPROVING, DECLINED, changes);
    if (declined) await sayDeclined(tx, declined, reason);
    return declined;
  });
}

/**
 * The token was another payment's: this one waits for its own, and the order is free meanwhile. Where a second
 * payment was started since, that one waits for the buyer, and this one is over.
 */
export async function recordWrongToken(
  database: Database,
  payment: PaymentRow,
): Promise<PaymentRow | undefined> {
  try {
    return await recordReadyAgain(database, payment);
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    return recordDeclined(database, payment, DeclineReason.INVALID, anotherMayStillAsk());
  }
}

/**
 * A token may be on its way by somebody else whose lease ran out, and who may die before the answer. Then nobody but the
 * provider knows of the money, so it is asked once more after such a call must have ended.
 */
const anotherMayStillAsk = () => new Date(Date.now() + 60_000);

function recordReadyAgain(database: Database, payment: PaymentRow): Promise<PaymentRow | undefined> {
  return database.transaction('record-wrong-token', async (tx) => {
    const ready = await move(tx, payment, APPROVING, READY, { look_at: anotherMayStillAsk() });
    if (ready) await sayDeclined(tx, ready, DeclineReason.INVALID);
    return ready;
  });
}

/** The order is not to be paid (any more). `lookAgainAt`: when nothing proves that the provider has taken nothing. */
export function recordGivenUp(
  database: Database,
  payment: PaymentRow,
  lookAgainAt: Date | null = null,
): Promise<PaymentRow | undefined> {
  return database.transaction('record-cancellation', async (tx) => {
    const cancelled = await move(tx, payment, APPROVING, CANCELLED, { look_at: lookAgainAt });
    // The mark may be ours all the same, when order's answer to it was lost.
    if (cancelled) await sayDeclined(tx, cancelled, DeclineReason.OTHER);
    return cancelled;
  });
}

/** An approval comes to light after the payment was ended without one: nobody awaits it, so all of it goes back. */
export function refundLateApproval(
  database: Database,
  payment: PaymentRow,
  approval: Approval,
): Promise<PaymentRow | undefined> {
  return database.transaction('record-late-approval', async (tx) => {
    const changes = columnsOf(approval);
    const refunding =
      (await move(tx, payment, DECLINED, REFUNDING, changes)) ??
      (await move(tx, payment, CANCELLED, REFUNDING, changes)) ??
      (await move(tx, payment, READY, REFUNDING, changes));
    if (!refunding) return undefined;
    await insertRefund(tx, {
      paymentId: payment.id,
      orderId: payment.order_id,
      amount: payment.amount,
      key: `late:${payment.id}`,
      reason: 'APPROVED_AFTER_DECLINE',
    });
    return refunding;
  });
}

export const columnsOf = ({ approvedAt, providerId }: Approval) => ({
  approved_at: approvedAt,
  provider_id: providerId,
});

/** Tells order that the provider has taken the money. */
export const sayApproved = (tx: Transaction, payment: PaymentRow) =>
  appendToOutbox(tx, paymentApproved, approvedOf(payment));

/** As {@link sayApproved}, of several, each with the id and the trace of its own request. */
export const sayAllApproved = (tx: Transaction, all: readonly ({ payment: PaymentRow } & Origin)[]) =>
  appendEachToOutbox(
    tx,
    paymentApproved,
    all.map(({ payment, ...origin }) => ({ body: approvedOf(payment), ...origin })),
  );

const approvedOf = (payment: PaymentRow): PaymentApproved => ({
  paymentId: payment.id,
  orderId: payment.order_id,
  provider: payment.provider,
  amount: payment.amount,
  approvedAt: (payment.approved_at as Date).toISOString(),
});

const sayDeclined = (tx: Transaction, { id, order_id, attempt }: PaymentRow, reason: DeclineReason) =>
  appendToOutbox(tx, paymentDeclined, { paymentId: id, orderId: order_id, attempt, reason });

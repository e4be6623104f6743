import { isUnavailable } from '@stampede/shared/errors';
import { currentRequestId } from '@stampede/shared/telemetry';
import { randomUUID } from 'node:crypto';
import { DeclineReason } from '../payment.entity.js';
import type { PaymentParts } from '../payment-parts.js';
import { findPayment, type PaymentRow } from '../payment-row.js';
import { PaymentStatus } from '../payment-status.js';
import type { LookupOutcome } from '../provider/index.js';
import {
  recordDeclined,
  recordGivenUp,
  recordWrongToken,
  refundLateApproval,
  type Approval,
} from './record-outcome.js';

/** What became of an APPROVING payment. `payment` is as it stands now. */
export type Decision =
  | { kind: 'approved' | 'pending' | 'not-payable'; payment: PaymentRow }
  | { kind: 'declined'; reason: DeclineReason; payment: PaymentRow };

/** A provider that still says “in progress” this long after its own window never will say more. */
const GRACE_MS = 60_000;
/** …and is asked once more this much later, in case it does. */
const LAST_LOOK_MS = 10 * 60_000;
/** By then a call that was sent has ended. */
const NEXT_LOOK_MS = 60_000;

/**
 * Decides an APPROVING payment whose provider has not been asked yet: the order is marked, then the provider
 * asked to take the money. Whatever stays unknown is settled by {@link settle}.
 */
export async function decide(parts: PaymentParts, payment: PaymentRow, requestId: string): Promise<Decision> {
  if (!(await parts.orders.markDeciding(payment, requestId))) return giveUp(parts, payment);
  return approve(parts, payment);
}

/**
 * Settles an APPROVING payment of which nobody knows what the provider did: a request or a process died in the
 * middle. The order is marked again (it may never have been), the provider is asked what it knows, and asked to
 * approve only what it says is still waiting.
 */
export async function settle(parts: PaymentParts, payment: PaymentRow, requestId: string): Promise<Decision> {
  const marked = await parts.orders.markDeciding(payment, requestId);
  const found = await lookup(parts, payment);
  if (found.kind !== 'in-progress') return conclude(parts, payment, found);
  // An earlier call of ours may still be at work there.
  if (!marked) return giveUp(parts, payment, new Date(Date.now() + NEXT_LOOK_MS));
  if (Date.now() > payment.window_ends_at.getTime() + GRACE_MS) {
    const lookAgainAt = new Date(Date.now() + LAST_LOOK_MS);
    return declined(parts, payment, DeclineReason.EXPIRED, lookAgainAt);
  }
  return approve(parts, payment);
}

async function approve(parts: PaymentParts, payment: PaymentRow): Promise<Decision> {
  const { providers, log } = parts;
  const outcome = await providers[payment.provider].approve(payment, tokenOf(parts, payment));
  switch (outcome.kind) {
    case 'approved':
      return approved(parts, payment, outcome);
    case 'declined':
      return declined(parts, payment, DeclineReason[outcome.reason]);
    case 'wrong-token':
      return meetWrongToken(parts, payment);
    case 'unknown':
      log.warn({ paymentId: payment.id, cause: outcome.cause }, 'the provider’s answer is unknown yet');
      return pending(parts, payment);
    default:
      return outcome satisfies never;
  }
}

const lookup = (parts: PaymentParts, payment: PaymentRow) =>
  parts.providers[payment.provider].lookup(payment, payment.token ? tokenOf(parts, payment) : undefined);

/** Kept while the payment is APPROVING. */
const tokenOf = ({ sealer }: PaymentParts, { id, token }: PaymentRow) =>
  sealer.open(token as Buffer, { table: 'payment', column: 'token', row: id });

/** A used token is wrong as well: only the provider knows whether it was used for this payment. */
async function meetWrongToken(parts: PaymentParts, payment: PaymentRow): Promise<Decision> {
  const found = await lookup(parts, payment);
  if (found.kind !== 'in-progress') return conclude(parts, payment, found);
  await freeOrder(parts, payment);
  const ready = await recordWrongToken(parts.database, payment);
  return ready ? { kind: 'declined', reason: DeclineReason.INVALID, payment: ready } : reread(parts, payment);
}

/** Only a terminal answer decides. */
async function conclude(
  parts: PaymentParts,
  payment: PaymentRow,
  found: Exclude<LookupOutcome, { kind: 'in-progress' }>,
): Promise<Decision> {
  switch (found.kind) {
    case 'approved':
      if (found.cancelled > 0) sayGivenBack(parts, payment, found.cancelled);
      return approved(parts, payment, found);
    case 'cancelled':
      return declined(parts, payment, DeclineReason.CANCELLED_BY_BUYER);
    case 'declined':
      return declined(parts, payment, DeclineReason[found.reason]);
    case 'unknown':
      parts.log.warn({ paymentId: payment.id, cause: found.cause }, 'the provider’s answer is unknown yet');
      return pending(parts, payment);
    default:
      return found satisfies never;
  }
}

/** It was not we who gave a part back before we knew of the payment: a person has to know. */
const sayGivenBack = ({ log }: PaymentParts, { id, order_id, amount }: PaymentRow, givenBack: number) =>
  log.error(
    { paymentId: id, orderId: order_id, amount, givenBack },
    'a payment was given back in part before it was known here to be approved',
  );

/** Whatever has become of the payment meanwhile, money that was taken is awaited or goes back. */
async function approved(parts: PaymentParts, payment: PaymentRow, approval: Approval): Promise<Decision> {
  const row =
    (await parts.approvals.record(payment, approval)) ??
    (await refundLateApproval(parts.database, payment, approval));
  return row ? { kind: 'approved', payment: row } : reread(parts, payment);
}

async function declined(
  parts: PaymentParts,
  payment: PaymentRow,
  reason: DeclineReason,
  lookAgainAt: Date | null = null,
): Promise<Decision> {
  // What nothing proves may turn out otherwise: then its order still waits for it.
  if (lookAgainAt === null) await freeOrder(parts, payment);
  const row = await recordDeclined(parts.database, payment, reason, lookAgainAt);
  return row ? { kind: 'declined', reason, payment: row } : reread(parts, payment);
}

/**
 * Whoever is told that this payment is declined may pay in another way at once, so the order is freed before: until the
 * decline is recorded no other payment of it is approved, and after that none meets our mark. Should order not do it,
 * payment.declined does.
 */
async function freeOrder({ orders, log }: PaymentParts, payment: PaymentRow): Promise<void> {
  try {
    await orders.clearDeciding(payment, currentRequestId() ?? randomUUID());
  } catch (error) {
    const level = isUnavailable(error) ? 'warn' : 'error';
    log[level]({ err: error, paymentId: payment.id }, 'an order is freed by message alone');
  }
}

async function giveUp(
  parts: PaymentParts,
  payment: PaymentRow,
  lookAgainAt: Date | null = null,
): Promise<Decision> {
  const row = await recordGivenUp(parts.database, payment, lookAgainAt);
  return row ? { kind: 'not-payable', payment: row } : reread(parts, payment);
}

const pending = async (parts: PaymentParts, payment: PaymentRow): Promise<Decision> => reread(parts, payment);

/** Somebody else may have decided it meanwhile: what they recorded stands. */
async function reread(parts: PaymentParts, { id }: PaymentRow): Promise<Decision> {
  const payment = await findPayment(parts.database, id);
  if (!payment) throw new Error(`payment ${id} is gone`);
  return decisionOf(payment);
}

/** What a payment's status says of its decision. */
export function decisionOf(payment: PaymentRow): Decision {
  switch (payment.status) {
    case PaymentStatus.READY:
      return { kind: 'declined', reason: DeclineReason.INVALID, payment };
    case PaymentStatus.APPROVING:
      return { kind: 'pending', payment };
    case PaymentStatus.DECLINED:
      return { kind: 'declined', reason: payment.decline_reason ?? DeclineReason.OTHER, payment };
    case PaymentStatus.CANCELLED:
      return { kind: 'not-payable', payment };
    case PaymentStatus.APPROVED:
    case PaymentStatus.REFUNDING:
    case PaymentStatus.PARTIALLY_REFUNDED:
    case PaymentStatus.REFUNDED:
      return { kind: 'approved', payment };
    default:
      return payment.status satisfies never;
  }
}

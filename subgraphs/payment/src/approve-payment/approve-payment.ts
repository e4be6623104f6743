import { passing } from '@stampede/shared/crash-points';
import { isUnavailable } from '@stampede/shared/errors';
import { decide, decisionOf, type Decision } from '../decision/decide.js';
import { endReady } from '../end-ready/end-ready.js';
import { keepLease, LEASE_MS } from '../lease.js';
import { isUniqueViolation } from '../is-unique-violation.js';
import type { PaymentParts } from '../payment-parts.js';
import { findPayment, renewLease, type PaymentRow } from '../payment-row.js';
import { PaymentStatus } from '../payment-status.js';
import { DeclineReason } from '../payment.entity.js';

/**
 * Takes the buyer's token and has the provider take the money. Safe to repeat: what has been decided is told
 * again. Once the token is stored the payment is settled whatever happens to this process.
 */
export async function approvePayment(
  parts: PaymentParts,
  payment: PaymentRow,
  token: string,
  requestId: string,
): Promise<Decision> {
  if (payment.status !== PaymentStatus.READY) return decisionOf(payment);
  const { confirmWindowMs } = parts.providers[payment.provider];
  if (payment.window_ends_at.getTime() + confirmWindowMs <= Date.now()) return expire(parts, payment);
  const approving = await beginApproving(parts, payment, token);
  if (approving === 'another-is-decided') return { kind: 'not-payable', payment };
  if (!approving) return decisionOf((await findPayment(parts.database, payment.id)) ?? payment);
  const decision = await keepLease(
    parts.log,
    () => renewLease(parts.database, approving),
    () => decideOrLeave(parts, approving, requestId),
  );
  if (decision.kind === 'pending') await passing('look-soon', 'commit', () => lookSoon(parts, approving));
  return decision;
}

async function decideOrLeave(
  parts: PaymentParts,
  approving: PaymentRow,
  requestId: string,
): Promise<Decision> {
  try {
    return await decide(parts, approving, requestId);
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    parts.log.warn({ err: error, paymentId: approving.id }, 'a payment is settled in the background');
    return { kind: 'pending', payment: approving };
  }
}

/** Nobody is deciding it any more: the lease need not run out. */
async function lookSoon({ database }: PaymentParts, { id }: PaymentRow): Promise<void> {
  await database.run(
    `UPDATE payment SET look_at = now() + interval '1 second' WHERE id = $1 AND status = 'APPROVING'`,
    [id],
  );
}

/** READY → APPROVING with the token, committed before anyone is asked. Undefined: a twin request was quicker. */
async function beginApproving(
  { approvals, sealer, providers }: PaymentParts,
  payment: PaymentRow,
  token: string,
) {
  const confirmBy = Date.now() + providers[payment.provider].confirmWindowMs;
  const sealed = sealer.seal(token, { table: 'payment', column: 'token', row: payment.id });
  try {
    return await approvals.begin(payment, {
      token: sealed,
      look_at: new Date(Date.now() + LEASE_MS),
      // Until then the provider may take the money: who ends the payment for its silence must not do so earlier.
      window_ends_at: new Date(Math.max(payment.window_ends_at.getTime(), confirmBy)),
    });
  } catch (error) {
    if (isUniqueViolation(error)) return 'another-is-decided' as const;
    throw error;
  }
}

async function expire(parts: PaymentParts, payment: PaymentRow): Promise<Decision> {
  const expired = await endReady(parts, payment, { kind: 'over', reason: DeclineReason.EXPIRED });
  return decisionOf(expired ?? (await findPayment(parts.database, payment.id)) ?? payment);
}

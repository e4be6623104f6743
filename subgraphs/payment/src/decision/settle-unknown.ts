import { workOffEach, type Repetition } from '@stampede/shared/background';
import { passing, passingClaim } from '@stampede/shared/crash-points';
import type { Database } from '@stampede/shared/database';
import { backOff, PACE } from '../back-off.js';
import { endReady } from '../end-ready/end-ready.js';
import { canBeApproved, endOf } from '../end-ready/what-became-of.js';
import { keepLease } from '../lease.js';
import type { PaymentParts } from '../payment-parts.js';
import { PAYMENT_COLUMNS, renewLease, type PaymentRow, type ProviderName } from '../payment-row.js';
import { PaymentStatus } from '../payment-status.js';
import { forEachProvider } from '../provider/index.js';
import { randomUUID } from 'node:crypto';
import { settle } from './decide.js';
import { refundLateApproval } from './record-outcome.js';

const { APPROVING, READY } = PaymentStatus;

/** Of each provider: more than are ever due at once when all is well, and few of the connections that buyers' approvals need as well. */
const SLOTS = 32;

/**
 * Asks the provider about every payment that is due: APPROVING ones that nobody is deciding, and those
 * without money (READY again, DECLINED, CANCELLED) that are looked at once more. Each by itself: a provider that is silent about one of them holds up no other.
 */
export const openSettling = (parts: PaymentParts): Repetition =>
  forEachProvider(parts.providers, (provider) =>
    workOffEach({
      name: `the settling of payments by ${provider}`,
      ...PACE,
      slots: SLOTS,
      log: parts.log,
      claim: (most) => passingClaim('claim-undecided', () => claimDue(parts.database, provider, most)),
      work: (payment) => settleOne(parts, payment),
    }),
  );

/** Leased, so that replicas share the work and a crash only delays it. */
export const claimDue = (database: Database, provider: ProviderName, most: number): Promise<PaymentRow[]> =>
  database.query<PaymentRow>(
    `UPDATE payment SET looks = looks + 1, look_at = now() + ${backOff('looks')} + interval '30 seconds'
     WHERE id = ANY(ARRAY(SELECT id FROM payment WHERE look_at <= now() AND provider = $2
         AND status IN ('APPROVING', 'READY', 'DECLINED', 'CANCELLED')
       ORDER BY look_at LIMIT $1 FOR UPDATE SKIP LOCKED)) RETURNING ${PAYMENT_COLUMNS}`,
    [most, provider],
  );

/** Asks about one that has been claimed; what fails is due again later. */
export async function settleOne(parts: PaymentParts, payment: PaymentRow): Promise<void> {
  const { log, database } = parts;
  try {
    const still = await keepLease(
      log,
      () => renewLease(database, payment),
      async () =>
        payment.status === APPROVING
          ? (await settle(parts, payment, randomUUID())).kind === 'pending'
          : lookOnceMore(parts, payment),
    );
    if (!still) return;
  } catch (error) {
    log.warn({ err: error, paymentId: payment.id }, 'a payment could not be settled yet');
  }
  await lookAt(database, payment, `now() + ${backOff('looks')}`);
}

/** Unless it has gone on meanwhile, or a hint has come: who did that also said when it is looked at. */
async function lookAt(
  database: Database,
  { id, status, attempt, looks }: PaymentRow,
  when: string,
): Promise<void> {
  await passing('plan-look', 'commit', () =>
    database.run(
      `UPDATE payment SET look_at = ${when}
       WHERE id = $1 AND status = $2 AND attempt = $3 AND looks = $4 AND look_at IS NOT NULL`,
      [id, status, attempt, looks],
    ),
  );
}

/** @returns whether it has to be looked at again. */
async function lookOnceMore(parts: PaymentParts, payment: PaymentRow): Promise<boolean> {
  const { providers, database } = parts;
  const found = await providers[payment.provider].lookup(payment);
  if (found.kind === 'unknown') return true;
  const end = endOf(found);
  if (end.kind === 'taken') {
    await refundLateApproval(database, payment, end.approval);
    return false;
  }
  await lookAt(database, payment, 'NULL');
  // Until then the buyer may open the provider's window again, or approve, whatever became of an earlier try.
  const isOver = payment.status === READY && !canBeApproved(providers, payment);
  if (end.kind === 'over' && isOver) await endReady(parts, payment, end);
  return false;
}

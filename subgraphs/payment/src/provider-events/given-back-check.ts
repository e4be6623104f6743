import { workOffEach, type Repetition } from '@stampede/shared/background';
import { passing, passingClaim } from '@stampede/shared/crash-points';
import type { Database } from '@stampede/shared/database';
import { backOff, PACE } from '../back-off.js';
import type { PaymentParts } from '../payment-parts.js';
import { findPayment, type ProviderName } from '../payment-row.js';

type Parts = Pick<PaymentParts, 'database' | 'providers' | 'log'>;

interface ToCheck {
  transmission_id: string;
  payment_id: string;
}

const SLOTS = 4;

/**
 * Asks the provider how much it has given back of payments of which it is said that it did. More than was asked for
 * here was given back by a person, at the provider's console: the books do not have it, so a person has to know.
 *
 * @param onUnasked is told of each such payment, besides the log.
 */
export const openGivenBackCheck = (parts: Parts, onUnasked: (provider: ProviderName) => void): Repetition =>
  workOffEach({
    name: 'the check of what providers gave back',
    ...PACE,
    slots: SLOTS,
    log: parts.log,
    claim: (most) => passingClaim('claim-given-back', () => claimDue(parts.database, most)),
    work: (due) => checkOne(parts, due, onUnasked),
  });

/** Leased, so that replicas share the work and a crash only delays it. */
const claimDue = (database: Database, most: number): Promise<ToCheck[]> =>
  database.query<ToCheck>(
    `UPDATE provider_event SET tries = tries + 1, check_at = now() + ${backOff('tries')} + interval '30 seconds'
     WHERE transmission_id = ANY(ARRAY(SELECT transmission_id FROM provider_event WHERE check_at <= now()
       ORDER BY check_at LIMIT $1 FOR UPDATE SKIP LOCKED)) RETURNING transmission_id, payment_id`,
    [most],
  );

async function checkOne(
  { database, providers, log }: Parts,
  { transmission_id: name, payment_id: paymentId }: ToCheck,
  onUnasked: (provider: ProviderName) => void,
): Promise<void> {
  const payment = await findPayment(database, paymentId);
  if (!payment) throw new Error(`payment ${paymentId} is gone`);
  const found = await providers[payment.provider].lookup(payment);
  if (found.kind === 'unknown') {
    log.warn({ paymentId, cause: found.cause }, 'what the provider gave back is not known yet');
    await database.run(
      `UPDATE provider_event SET check_at = now() + ${backOff('tries')} WHERE transmission_id = $1`,
      [name],
    );
    return;
  }
  const givenBack = 'cancelled' in found ? found.cancelled : 0;
  // Read after the provider's answer: a refund has its row before the provider is asked for it.
  const askedFor = await readAskedFor(database, paymentId);
  if (givenBack > askedFor) {
    onUnasked(payment.provider);
    log.error(
      { paymentId, orderId: payment.order_id, amount: payment.amount, givenBack, askedFor },
      'the provider has given back money that nobody asked for here',
    );
  }
  await passing('note-given-back', 'commit', () =>
    database.run('UPDATE provider_event SET check_at = NULL WHERE transmission_id = $1', [name]),
  );
}

/** Won, of all refunds, done or not. */
async function readAskedFor(database: Database, paymentId: string): Promise<number> {
  const [row] = await database.query<{ sum: number }>(
    'SELECT coalesce(sum(amount), 0)::bigint AS sum FROM refund WHERE payment_id = $1',
    [paymentId],
  );
  return row?.sum ?? 0;
}

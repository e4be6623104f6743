import { workOffEach, type Repetition } from '@stampede/shared/background';
import { passing, passingClaim } from '@stampede/shared/crash-points';
import type { Database, Sql } from '@stampede/shared/database';
import { paymentRefunded, type RefundShare } from '@stampede/shared/messages';
import { appendToOutbox } from '@stampede/shared/messaging';
import { backOff, PACE } from '../back-off.js';
import { keepLease, LEASE_MS } from '../lease.js';
import { paymentChanges } from '../payment-changes.js';
import type { PaymentParts } from '../payment-parts.js';
import { PAYMENT_COLUMNS, findPayment, move, type PaymentRow, type ProviderName } from '../payment-row.js';
import { PaymentStatus } from '../payment-status.js';
import { forEachProvider, type LookupOutcome } from '../provider/index.js';

/** `refusals`: how often the provider has refused it. */
interface RefundRow {
  key: string;
  payment_id: string;
  order_id: string;
  amount: number;
  shares: RefundShare[] | null;
  refusals: number;
}

type OnMismatch = (provider: ProviderName) => void;

/** Of each provider. */
const SLOTS = 32;

/**
 * Tries every refund that is due until it is done, each by itself: a slow one holds up no other.
 *
 * @param onMismatch is told, besides the log, of each try that found another amount given back than we know of.
 */
export const openRefunding = (parts: PaymentParts, onMismatch: OnMismatch = () => {}): Repetition =>
  forEachProvider(parts.providers, (provider) =>
    workOffEach({
      name: `the giving back of refunds by ${provider}`,
      ...PACE,
      slots: SLOTS,
      log: parts.log,
      claim: (most) => passingClaim('claim-refunds', () => claimDue(parts.database, provider, most)),
      work: (refund) => tryOne(parts, refund, onMismatch),
    }),
  );

/**
 * The oldest of each payment only: what the provider has given back so far then says whether this one is done.
 * Leased, so that replicas share the work and a crash only delays it.
 */
export const claimDue = (database: Database, provider: ProviderName, most: number): Promise<RefundRow[]> =>
  database.query<RefundRow>(
    `UPDATE refund SET tries = tries + 1, try_at = now() + ${backOff('tries')} + interval '30 seconds'
     WHERE key = ANY(ARRAY(SELECT key FROM refund JOIN payment ON payment.id = payment_id
       WHERE try_at <= now() AND refunded_at IS NULL AND provider = $2 AND NOT EXISTS (
         SELECT 1 FROM refund earlier WHERE earlier.payment_id = refund.payment_id
           AND earlier.refunded_at IS NULL AND earlier.number < refund.number)
       ORDER BY try_at LIMIT $1 FOR UPDATE OF refund SKIP LOCKED))
     RETURNING key, payment_id, order_id, amount, shares, refusals`,
    [most, provider],
  );

/** Tries one that has been claimed; what fails is due again later. */
export async function tryOne(parts: PaymentParts, refund: RefundRow, onMismatch: OnMismatch): Promise<void> {
  const { database, log } = parts;
  try {
    const trouble = await keepLease(
      log,
      () => renew(database, refund),
      () => giveBack(parts, refund, onMismatch),
    );
    if (trouble === undefined) return await recordRefunded(database, refund);
    log.warn({ paymentId: refund.payment_id, trouble }, 'a refund is tried again');
  } catch (error) {
    log.warn({ err: error, paymentId: refund.payment_id }, 'a refund is tried again');
  }
  await passing('plan-refund', 'commit', () => planNextTry(database, refund));
}

const planNextTry = (database: Database, { key }: RefundRow) =>
  database.run(`UPDATE refund SET try_at = now() + ${backOff('tries')} WHERE key = $1`, [key]);

const renew = (database: Database, { key }: RefundRow) =>
  database.run(
    `UPDATE refund SET try_at = now() + $2 * interval '1 ms' WHERE key = $1 AND refunded_at IS NULL`,
    [key, LEASE_MS],
  );

/**
 * KakaoPay has no idempotency key. So it is asked first what it has given back: what this refund and those before it
 * come to means that this one is done. And the cancel names what must remain before it, which makes it refuse a second.
 * What somebody gave back at the provider's console counts: the buyer has it, and is not given it twice.
 *
 * @returns what went wrong; undefined when the money is back.
 */
async function giveBack(
  { database, providers, log }: PaymentParts,
  refund: RefundRow,
  onMismatch: OnMismatch,
): Promise<string | undefined> {
  const payment = await findPayment(database, refund.payment_id);
  if (!payment) throw new Error(`payment ${refund.payment_id} is gone`);
  const before = await refundedOf(database, payment.id);
  const provider = providers[payment.provider];
  const found = await provider.lookup(payment);
  const cancelled = cancelledOf(found);
  if (cancelled === undefined) return `the provider says ${found.kind}`;
  const owed = before + refund.amount;
  if (cancelled !== before && cancelled !== owed) {
    const amounts = { amount: payment.amount, givenBack: cancelled, known: before, asked: refund.amount };
    log.error(
      { paymentId: payment.id, ...amounts },
      'the provider has given back another amount than we know of',
    );
    onMismatch(payment.provider);
  }
  if (cancelled >= owed) return undefined;
  if (cancelled < before) return `the provider has given back ${cancelled}, we know of ${before}`;
  const outcome = await provider.cancel(payment, {
    key: nameOf(refund, cancelled === before ? undefined : cancelled),
    amount: owed - cancelled,
    remaining: payment.amount - cancelled,
  });
  if (outcome.kind === 'refused')
    await passing('note-refusal', 'commit', () => noteRefusal(database, refund));
  if (outcome.kind === 'cancelled') return undefined;
  const why = outcome.kind === 'refused' ? outcome.code : outcome.cause;
  return `the provider's cancel: ${outcome.kind}, ${why}`;
}

/**
 * Under the same name a provider gives its first answer again. So a call whose answer is unknown is repeated under its
 * own name, but another amount has one of its own, and so has what is asked after a refusal, which may have passed.
 */
function nameOf({ key, refusals }: RefundRow, givenBack?: number): string {
  const another = givenBack === undefined ? key : `${key}:${givenBack}`;
  return refusals === 0 ? another : `${another}:refused-${refusals}`;
}

/** Before the next try, whatever becomes of this process. Once for each refusal, however many have heard it. */
const noteRefusal = (database: Database, { key, refusals }: RefundRow) =>
  database.run('UPDATE refund SET refusals = refusals + 1 WHERE key = $1 AND refusals = $2', [key, refusals]);

const cancelledOf = (found: LookupOutcome): number | undefined =>
  found.kind === 'approved' || found.kind === 'cancelled' ? found.cancelled : undefined;

/** Won that went back so far by refunds that we know are done. */
async function refundedOf(sql: Sql, paymentId: string): Promise<number> {
  const [row] = await sql.query<{ sum: number }>(
    'SELECT coalesce(sum(amount), 0)::bigint AS sum FROM refund WHERE payment_id = $1 AND refunded_at IS NOT NULL',
    [paymentId],
  );
  return row?.sum ?? 0;
}

async function recordRefunded(database: Database, refund: RefundRow): Promise<void> {
  await database.transaction('record-refund', async (tx) => {
    const [payment] = await tx.query<PaymentRow>(
      `SELECT ${PAYMENT_COLUMNS} FROM payment WHERE id = $1 FOR UPDATE`,
      [refund.payment_id],
    );
    const noted = await tx.run(
      'UPDATE refund SET refunded_at = now(), try_at = NULL WHERE key = $1 AND refunded_at IS NULL',
      [refund.key],
    );
    if (!payment || noted === 0) return;
    const waiting = await tx.query('SELECT 1 FROM refund WHERE payment_id = $1 AND refunded_at IS NULL', [
      payment.id,
    ]);
    const total = await refundedOf(tx, payment.id);
    const { PARTIALLY_REFUNDED, REFUNDED, REFUNDING } = PaymentStatus;
    if (waiting.length === 0) {
      await move(tx, payment, REFUNDING, total >= payment.amount ? REFUNDED : PARTIALLY_REFUNDED);
    }
    const { key, order_id: orderId, amount, shares } = refund;
    // With another refund still to come its status stays, and what has been given back grows.
    paymentChanges.note(tx, orderId);
    await appendToOutbox(tx, paymentRefunded, {
      paymentId: payment.id,
      orderId,
      provider: payment.provider,
      key,
      amount,
      ...(shares && { shares }),
    });
  });
}

import type { Database, Transaction } from '@stampede/shared/database';
import { isUuid } from '@stampede/shared/graphql';
import { createHash } from 'node:crypto';
import { PaymentStatus } from '../payment-status.js';
import { readTossEvent } from './toss-event.js';

/** `repeated`: noted before, or one too many of its payment. `ignored`: it calls for nothing. */
export type Noted = 'noted' | 'repeated' | 'ignored' | 'unknown-payment';

const { APPROVING, CANCELLED, DECLINED, READY } = PaymentStatus;
const WITHOUT_MONEY: readonly PaymentStatus[] = [READY, APPROVING, DECLINED, CANCELLED];

/** With these nothing is decided yet. */
const IN_PROGRESS = new Set(['READY', 'IN_PROGRESS', 'WAITING_FOR_DEPOSIT']);
const GIVEN_BACK = new Set(['CANCELED', 'PARTIAL_CANCELED']);

/**
 * Toss Payments sends a few of a payment. Whoever knows a payment's name could send, and have us keep, any number.
 * Those that ask for a look do not count for those that ask for a check: what is forged of a payment that is not made
 * yet must not hide what is given back of it later.
 */
const MOST = 50;
/** By then the request that waits for the same answer usually has it, and there is nothing to ask any more. */
const SOON = `now() + interval '2 seconds'`;
const TRANSMISSION_ID = /^[\x21-\x7e]{1,200}$/;

/**
 * Takes what Toss Payments, or somebody in its name, says of a payment. Nothing of it is believed: it only has the
 * provider asked soon, once for each transmission.
 *
 * @param transmissionId as in the header; without a usable one, the same body is the same transmission.
 */
export async function noteTossEvent(
  database: Database,
  transmissionId: string | null,
  body: string,
): Promise<Noted> {
  const hint = readTossEvent(body);
  if (!hint) return 'ignored';
  const payment = isUuid(hint.paymentId) ? await findTossPayment(database, hint.paymentId) : undefined;
  if (!payment) return 'unknown-payment';
  const asks = whatItAsks(payment.status, hint.status);
  if (asks === 'nothing') return 'ignored';
  const name = TRANSMISSION_ID.test(transmissionId ?? '') ? (transmissionId as string) : digest(body);
  return database.transaction('note-toss-event', async (tx) => {
    if (!(await insertOnce(tx, name, payment.id, asks))) return 'repeated';
    if (asks === 'look') await haveItLookedAt(tx, payment.id);
    return 'noted';
  });
}

async function findTossPayment(database: Database, id: string) {
  const [row] = await database.query<{ id: string; status: PaymentStatus }>(
    `SELECT id, status FROM payment WHERE id = $1 AND provider = 'TOSS_PAYMENTS'`,
    [id],
  );
  return row;
}

/** `look`: what became of the payment. `check`: how much of its money was given back. */
function whatItAsks(status: PaymentStatus, claimed: string): 'look' | 'check' | 'nothing' {
  if (IN_PROGRESS.has(claimed)) return 'nothing';
  if (WITHOUT_MONEY.includes(status)) return 'look';
  return GIVEN_BACK.has(claimed) ? 'check' : 'nothing';
}

async function insertOnce(
  tx: Transaction,
  name: string,
  paymentId: string,
  asks: 'look' | 'check',
): Promise<boolean> {
  const inserted = await tx.run(
    `INSERT INTO provider_event (transmission_id, payment_id, asks, check_at)
     SELECT $1, $2, $3, CASE $3 WHEN 'check' THEN ${SOON} END
      WHERE (SELECT count(*) FROM provider_event WHERE payment_id = $2 AND asks = $3) < ${MOST}
     ON CONFLICT DO NOTHING`,
    [name, paymentId, asks],
  );
  return inserted === 1;
}

/**
 * A look that is planned for later stays: it is there because a provider may say more by then, and one that comes
 * too early must not be the last. The lease of an approval may end early: who settles it beside its request uses the
 * same idempotency key. No look that is in hand counts as the one after this hint, so `looks` begins anew.
 */
const haveItLookedAt = (tx: Transaction, paymentId: string) =>
  tx.run(
    `UPDATE payment SET looks = 0,
       look_at = CASE WHEN status = 'APPROVING' THEN least(look_at, ${SOON}) ELSE coalesce(look_at, ${SOON}) END
     WHERE id = $1 AND status = ANY ($2)`,
    [paymentId, WITHOUT_MONEY],
  );

const digest = (body: string) => `sha256:${createHash('sha256').update(body).digest('hex')}`;

import type { Sql } from '@stampede/shared/database';
import type { RefundRequested } from '@stampede/shared/messages';

/** Writes a refund down, to be tried until the provider has done it; false when its key is known. */
export async function insertRefund(tx: Sql, refund: RefundRequested): Promise<boolean> {
  const inserted = await tx.run(
    `INSERT INTO refund (key, payment_id, order_id, amount, reason, shares) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (key) DO NOTHING`,
    [refund.key, refund.paymentId, refund.orderId, refund.amount, refund.reason, sharesOf(refund)],
  );
  return inserted === 1;
}

const sharesOf = ({ shares }: RefundRequested) => (shares ? JSON.stringify(shares) : null);

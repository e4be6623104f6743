import type { Sql } from '@stampede/shared/database';

/** A payment's attempt that ended without money. */
export interface Ended {
  orderId: string;
  paymentId: string;
  attempt: number;
}

/** Frees an order of the mark of this attempt, or of an earlier one; a mark of anything else stands. */
export async function clearMark(sql: Sql, { orderId, paymentId, attempt }: Ended): Promise<void> {
  await sql.run(
    `UPDATE orders SET deciding_payment_id = NULL, deciding_attempt = NULL, deciding_since = NULL,
       updated_at = now()
     WHERE id = $1 AND deciding_payment_id = $2 AND deciding_attempt <= $3`,
    [orderId, paymentId, attempt],
  );
}

import type { Sql } from '@stampede/shared/database';
import { book } from './book.js';
import type { FactProvider } from './facts.js';

/**
 * Books the capture of a payment whose refund is told. An approval that was found when nobody awaited it any more is
 * given back without payment.approved, which would pay the order: its refund is the first that the books hear of it.
 */
export async function bookUntoldCapture(tx: Sql, orderId: string, paymentId: string): Promise<void> {
  const [payment] = await tx.query<{ provider: FactProvider; amount: number }>(
    'SELECT provider, amount FROM payment WHERE id = $1 AND approved_at IS NOT NULL',
    [paymentId],
  );
  if (payment) await book(tx, orderId, { kind: 'CAPTURE', key: paymentId, paymentId, ...payment });
}

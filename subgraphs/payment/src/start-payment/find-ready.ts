import type { PaymentParts } from '../payment-parts.js';
import { PAYMENT_COLUMNS, type PaymentRow, type ProviderName } from '../payment-row.js';

/** The payment of an order that waits for its buyer; there is one by each provider at most. */
export async function findReady(
  { database }: PaymentParts,
  orderId: string,
  provider: ProviderName,
): Promise<PaymentRow | undefined> {
  const [row] = await database.query<PaymentRow>(
    `SELECT ${PAYMENT_COLUMNS} FROM payment WHERE order_id = $1 AND provider = $2 AND status = 'READY'`,
    [orderId, provider],
  );
  return row;
}

import type { Sql } from '@stampede/shared/database';

export interface Settled {
  orderId: string;
  paymentId: string;
  sellerId: string;
  total: number;
  /** Whether it was ever confirmed. */
  sold: boolean;
  givenBack: number | null;
}

/** In hundredths of a percent. */
const FEE = 500;

/** Books what an order's money has been through, as payment's consumers do. */
export async function bookOrder(tx: Sql, settled: Settled): Promise<void> {
  const { orderId, paymentId, sellerId, total, sold, givenBack } = settled;
  const fee = (total * FEE) / 10_000;
  const payable = `payable:${sellerId}`;
  await tx.run('INSERT INTO payment.book_order VALUES ($1)', [orderId]);
  const book = async (kind: string, key: string, amount: number, lines: Record<string, number>) => {
    const parts = JSON.stringify([{ sellerId, subtotal: total, fee }]);
    await tx.run(
      `INSERT INTO payment.book_fact (kind, key, order_id, payment_id, provider, amount, parts)
       VALUES ($1, $2, $3, $4, CASE WHEN $1 <> 'SALE' THEN 'KAKAOPAY' END, $5, CASE WHEN $1 = 'SALE' THEN $6::jsonb END)`,
      [kind, key, orderId, paymentId, amount, parts],
    );
    await tx.run(
      `WITH entry AS (INSERT INTO payment.journal_entry (kind, reference, description, order_id)
         VALUES ($1, $1 || ':' || $2, 'Test', $3) RETURNING id)
       INSERT INTO payment.journal_line SELECT id, number, account, greatest(net, 0), greatest(-net, 0)
       FROM entry, unnest($4::text[], $5::bigint[]) WITH ORDINALITY AS line (account, net, number)`,
      [kind, key, orderId, Object.keys(lines), Object.values(lines)],
    );
  };
  await book('CAPTURE', paymentId, total, { 'receivable:KAKAOPAY': total, deposits: -total });
  if (sold) await book('SALE', orderId, total, { deposits: total, [payable]: fee - total, fees: -fee });
  if (givenBack === null) return;
  const feeBack = (fee * givenBack) / total;
  const from: Record<string, number> = sold
    ? { [payable]: givenBack - feeBack, fees: feeBack }
    : { deposits: givenBack };
  await book('REFUND', `order:${orderId}`, givenBack, { ...from, 'receivable:KAKAOPAY': -givenBack });
}

import type { Database } from '@stampede/shared/database';
import type { RefundPolicyTerms } from '@stampede/shared/messages';
import DataLoader from 'dataloader';
import type { OrderStatus } from '../order-status.js';
import { quoteOrder } from './quote-refund.js';

interface QuotedRow {
  id: string;
  status: OrderStatus;
  total: number;
  lines: { quantity: number; unit_price: number; refund_policy: RefundPolicyTerms }[];
  now: Date;
}

/**
 * Says what cancelling orders now would give back, in won; 0 for one that is not there. Status, lines and the time
 * are of one instant, and the time is PostgreSQL's, by which cancelling goes as well: at the boundary of a tier a
 * replica whose clock is ahead must not promise what another one does not pay.
 */
export type QuoteReader = ReturnType<typeof openQuoteReader>;

export function openQuoteReader(database: Database) {
  const quotes = new DataLoader<string, number>(
    async (ids) => {
      const rows = await database.query<QuotedRow>(
        `SELECT id, status, total, now() AS now,
           (SELECT json_agg(order_line) FROM order_line WHERE order_id = orders.id) AS lines
         FROM orders WHERE id = ANY($1)`,
        [ids],
      );
      const byId = new Map(rows.map((row) => [row.id, quoteOrder(row, row.lines, row.now)]));
      return ids.map((id) => byId.get(id) ?? 0);
    },
    { cache: false, maxBatchSize: 500 },
  );
  return { quote: (orderId: string) => quotes.load(orderId) };
}

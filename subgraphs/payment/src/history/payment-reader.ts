import { isUuid } from '@stampede/shared/graphql';
import type { Database } from '@stampede/shared/database';
import type { Identity } from '@stampede/shared/identity';
import DataLoader from 'dataloader';
import { PAYMENT_COLUMNS, type PaymentRow } from '../payment-row.js';

/** Reads payments; what is asked for in one tick is read in one statement. */
export function openPaymentReader(database: Database) {
  const byOrder = batched<PaymentRow[]>(async (ids) => {
    const rows = await database.query<PaymentRow>(
      `SELECT ${PAYMENT_COLUMNS} FROM payment WHERE order_id = ANY($1) ORDER BY created_at, id`,
      [ids],
    );
    return ids.map((id) => rows.filter((row) => row.order_id === id));
  });
  const byId = batched<PaymentRow | undefined>(async (ids) => {
    const rows = await database.query<PaymentRow>(
      `SELECT ${PAYMENT_COLUMNS} FROM payment WHERE id = ANY($1)`,
      [ids],
    );
    return ids.map((id) => rows.find((row) => row.id === id));
  });
  const refunded = batched<number>(async (ids) => {
    const rows = await database.query<{ payment_id: string; sum: number }>(
      `SELECT payment_id, sum(amount)::bigint AS sum FROM refund
       WHERE payment_id = ANY($1) AND refunded_at IS NOT NULL GROUP BY payment_id`,
      [ids],
    );
    return ids.map((id) => rows.find((row) => row.payment_id === id)?.sum ?? 0);
  });
  return {
    /** The payment, if this caller may see it; undefined otherwise, as if it were not there. */
    visible: async (id: string, identity: Identity) => {
      const row = isUuid(id) ? await byId.load(id.toLowerCase()) : undefined;
      return row && maySee(row, identity) ? row : undefined;
    },
    ofOrder: async (orderId: string, identity: Identity) =>
      (await byOrder.load(orderId)).filter((row) => maySee(row, identity)),
    refunded: (id: string) => refunded.load(id),
  };
}

export type PaymentReader = ReturnType<typeof openPaymentReader>;

const batched = <T>(load: (ids: readonly string[]) => Promise<T[]>) =>
  new DataLoader<string, T>(load, { cache: false, maxBatchSize: 500 });

const maySee = (row: PaymentRow, identity: Identity) =>
  identity.kind === 'user' && (row.buyer_id === identity.userId || identity.role === 'OPERATOR');

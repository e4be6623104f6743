import type { Handler } from '@stampede/shared/messaging';
import { openTestDatabase } from '@stampede/shared/testing';
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { findPayment, type PaymentRow, type ProviderName } from '../src/payment-row.js';
import { PaymentStatus } from '../src/payment-status.js';

export const AMOUNT = 5_000;
export const ATTEMPT = 2;
export const APPROVED_AT = '2026-01-01T00:00:00.000Z';

const { APPROVED, REFUNDING, PARTIALLY_REFUNDED, REFUNDED } = PaymentStatus;
/** Those whose money the provider has taken. */
export const TAKEN = [APPROVED, REFUNDING, PARTIALLY_REFUNDED, REFUNDED];

export interface Columns {
  orderId?: string;
  provider?: ProviderName;
  windowMs?: number;
  returnUrl?: string | null;
  attempt?: number;
}

/** Payment's tables, and payments in any status, by writing their rows. */
export async function openPayments() {
  const test = await openTestDatabase('payment', fileURLToPath(new URL('../migrations', import.meta.url)));
  const { database } = test;
  return {
    database,
    /** @returns the payment's id, which is its order's as well unless that is given; its window has just ended */
    place: async (status: PaymentStatus, columns: Columns = {}): Promise<string> => {
      const id = randomUUID();
      const {
        orderId = id,
        provider = 'KAKAOPAY',
        windowMs = 0,
        returnUrl = null,
        attempt = ATTEMPT,
      } = columns;
      await database.run(
        `INSERT INTO payment (id, order_id, buyer_id, provider, status, amount, provider_id, redirect_url, window_ends_at,
           attempt, decline_reason, approved_at, return_url)
         VALUES ($1::uuid, $7, gen_random_uuid(), $8, $2, $3, $1::uuid::text, 'http://localhost/',
           now() + $9 * interval '1 ms', $4, $5, $6, $10)`,
        [
          id,
          status,
          AMOUNT,
          attempt,
          status === PaymentStatus.DECLINED ? 'CARD_REFUSED' : null,
          TAKEN.includes(status) ? APPROVED_AT : null,
          orderId,
          provider,
          windowMs,
          returnUrl,
        ],
      );
      return id;
    },
    /** @throws Error when there is none */
    row: async (id: string): Promise<PaymentRow> => {
      const row = await findPayment(database, id);
      if (!row) throw new Error(`there is no payment ${id}`);
      return row;
    },
    /** A refund that was asked for before; `done` when the provider has given it back. */
    asks: (paymentId: string, key: string, amount: number, done: boolean) =>
      database.run(
        `INSERT INTO refund (key, payment_id, order_id, amount, reason, refunded_at, try_at)
         VALUES ($1, $2, $2, $3, 'test', CASE WHEN $4 THEN now() END, CASE WHEN NOT $4 THEN now() END)`,
        [key, paymentId, amount, done],
      ),
    deliver: (handler: Handler, body: object) =>
      database.transaction('test', (tx) =>
        handler.handle(tx, handler.type.schema.parse(body), { messageId: randomUUID(), attempts: 0 }),
      ),
    /** Everything that payment knows of a payment, and what it has said about it. */
    stateOf: async (id: string) => {
      const [row] = await database.query<{ status: PaymentStatus; paid: boolean }>(
        `SELECT status, attempt, decline_reason, approved_at, order_paid_at IS NOT NULL AS paid, look_at
         FROM payment WHERE id = $1`,
        [id],
      );
      const said = await database.query<{ routing_key: string; body: object }>(
        `SELECT routing_key, body FROM outbox WHERE body->>'paymentId' = $1 ORDER BY id`,
        [id],
      );
      return {
        payment: row,
        said: said.map(({ routing_key, body }) => [routing_key, body] as const),
        refunds: await database.query(
          `SELECT key, amount, reason, refunded_at IS NOT NULL AS done FROM refund WHERE payment_id = $1 ORDER BY number`,
          [id],
        ),
      };
    },
    [Symbol.asyncDispose]: () => test[Symbol.asyncDispose](),
  };
}

export type PaymentsUnderTest = Awaited<ReturnType<typeof openPayments>>;

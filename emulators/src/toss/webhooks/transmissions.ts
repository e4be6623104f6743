import { randomUUID } from 'node:crypto';

const MAX_KEPT = 1_000;

/** One event as it is told to the shop, however often that has to be tried. */
export interface Transmission {
  readonly id: string;
  readonly paymentKey: string;
  readonly orderId: string;
  /** The payment's, when it happened. */
  readonly status: string;
  readonly body: string;
  attempts: number;
  /** What the shop answered last; null: nothing, in time. */
  answered?: number | null;
}

type Payment = Record<string, unknown>;

/** A change of a payment's status, as Toss Payments tells it. */
export function statusChanged(payment: Payment, at: Date, id: string = randomUUID()): Transmission {
  // Korea's time, without an offset.
  const createdAt = new Date(at.getTime() + 9 * 3_600_000).toISOString().slice(0, -1);
  return {
    id,
    paymentKey: String(payment['paymentKey']),
    orderId: String(payment['orderId']),
    status: String(payment['status']),
    body: JSON.stringify({ eventType: 'PAYMENT_STATUS_CHANGED', createdAt, data: payment }),
    attempts: 0,
  };
}

/** The newest transmissions, by their ids. */
export class Transmissions {
  readonly #byId = new Map<string, Transmission>();

  keep(transmission: Transmission): void {
    this.#byId.set(transmission.id, transmission);
    if (this.#byId.size > MAX_KEPT) this.#byId.delete(this.#byId.keys().next().value ?? '');
  }

  byId(id: string): Transmission | undefined {
    return this.#byId.get(id);
  }

  /** Oldest first; of one payment, if it is named by its key or order id. */
  list(name: string | null): object[] {
    return [...this.#byId.values()]
      .filter(({ paymentKey, orderId }) => name === null || name === paymentKey || name === orderId)
      .map(({ id, paymentKey, orderId, status, attempts, answered }) => ({
        transmissionId: id,
        paymentKey,
        orderId,
        status,
        attempts,
        answered,
      }));
  }
}

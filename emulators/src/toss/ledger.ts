import { isApproved, type Payment, type Status } from './payment.js';

const MAX_PAYMENTS = 50_000;

export interface LedgerParts {
  now: () => Date;
  /** How long a buyer may take to pay. */
  windowMs: number;
  /** How long a payment that its buyer made may wait for its confirmation. */
  confirmWindowMs: number;
  /** Told of every status after READY. */
  changed: (payment: Payment) => void;
}

/** Payments of this process, in memory; when full, the oldest is forgotten. */
export class Ledger {
  readonly #byKey = new Map<string, Payment>();
  readonly #byPage = new Map<string, Payment>();
  readonly #byOrder = new Map<string, Payment[]>();
  /** Those that may still expire. */
  readonly #open = new Set<Payment>();

  constructor(private readonly parts: LedgerParts) {}

  get size(): number {
    return this.#byKey.size;
  }

  now(): Date {
    return this.parts.now();
  }

  add(payment: Payment): void {
    this.#byKey.set(payment.paymentKey, payment);
    this.#byPage.set(payment.page, payment);
    this.#byOrder.set(payment.orderId, [...this.ofOrder(payment.orderId), payment]);
    this.#open.add(payment);
    if (this.#byKey.size <= MAX_PAYMENTS) return;
    const [oldest] = this.#byKey.values();
    if (oldest) this.#forget(oldest);
  }

  /** The only way in which a status changes. */
  move(payment: Payment, status: Status): void {
    payment.status = status;
    if (status !== 'IN_PROGRESS') this.#open.delete(payment);
    this.parts.changed(payment);
  }

  byKey(paymentKey: string): Payment | undefined {
    return this.#fresh(this.#byKey.get(paymentKey));
  }

  byPage(page: string): Payment | undefined {
    return this.#fresh(this.#byPage.get(page));
  }

  /** All payments that were begun under this order id. */
  ofOrder(orderId: string): Payment[] {
    return this.#byOrder.get(orderId) ?? [];
  }

  /** The one that was approved, else the last one begun. */
  byOrder(orderId: string): Payment | undefined {
    const payments = this.ofOrder(orderId);
    return this.#fresh(payments.find(isApproved) ?? payments.at(-1));
  }

  /** Notices what has run out since anybody looked. */
  expire(): void {
    for (const payment of this.#open) this.#fresh(payment);
  }

  #fresh(payment: Payment | undefined): Payment | undefined {
    if (payment && this.#open.has(payment) && this.#hasRunOut(payment)) this.move(payment, 'EXPIRED');
    return payment;
  }

  #hasRunOut({ requestedAt, authenticatedAt }: Payment): boolean {
    const { windowMs, confirmWindowMs } = this.parts;
    const [since, window] = authenticatedAt ? [authenticatedAt, confirmWindowMs] : [requestedAt, windowMs];
    return this.now().getTime() - since.getTime() >= window;
  }

  #forget(payment: Payment): void {
    this.#byKey.delete(payment.paymentKey);
    this.#byPage.delete(payment.page);
    this.#open.delete(payment);
    const others = this.ofOrder(payment.orderId).filter((other) => other !== payment);
    if (others.length > 0) this.#byOrder.set(payment.orderId, others);
    else this.#byOrder.delete(payment.orderId);
  }
}

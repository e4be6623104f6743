import { randomBytes } from 'node:crypto';

const MAX_PAYMENTS = 50_000;

export type Status =
  'READY' | 'IN_PROGRESS' | 'DONE' | 'PARTIAL_CANCELED' | 'CANCELED' | 'ABORTED' | 'EXPIRED';
export type Means = 'card' | 'easy-pay';

/** What a payment met that failed. */
export interface Failure {
  code: string;
  message: string;
}

/** Amounts in won. */
export interface Cancel {
  transactionKey: string;
  amount: number;
  taxFreeAmount: number;
  /** What could still be cancelled after it. */
  refundableAmount: number;
  reason: string;
  at: Date;
}

/** Amounts in won. */
export interface Payment {
  readonly paymentKey: string;
  /** The hex digits in the address of the buyer's page. */
  readonly page: string;
  readonly secret: string;
  readonly orderId: string;
  readonly orderName: string;
  readonly amount: number;
  readonly taxFreeAmount: number;
  readonly successUrl: string;
  readonly failUrl: string;
  readonly requestedAt: Date;
  status: Status;
  means?: Means;
  /** Why the bank will refuse, by the choice of the buyer. */
  refusal?: 'REJECT_CARD_COMPANY' | 'REJECT_ACCOUNT_PAYMENT';
  /** Where the buyer was sent on; set once, so that a second press of any button leads to the same place. */
  leftTo?: string;
  authenticatedAt?: Date;
  approvedAt?: Date;
  lastTransactionKey?: string;
  failure?: Failure;
  cancels: Cancel[];
}

export interface LedgerParts {
  now: () => Date;
  /** How long a buyer may take to pay. */
  windowMs: number;
  /** How long a payment that its buyer made may wait for its confirmation. */
  confirmWindowMs: number;
  /** Told of every status after READY. */
  changed: (payment: Payment) => void;
}

const APPROVED: readonly Status[] = ['DONE', 'PARTIAL_CANCELED', 'CANCELED'];

export function newTransactionKey(): string {
  return randomBytes(16).toString('hex').toUpperCase();
}

export function isApproved({ status }: Payment): boolean {
  return APPROVED.includes(status);
}

/** What can still be cancelled, in won. */
export function balanceOf({ amount, cancels }: Payment): number {
  return cancels.reduce((left, cancel) => left - cancel.amount, amount);
}

/** The part of the balance that is not taxed, in won. */
export function taxFreeBalanceOf({ taxFreeAmount, cancels }: Payment): number {
  return cancels.reduce((left, cancel) => left - cancel.taxFreeAmount, taxFreeAmount);
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

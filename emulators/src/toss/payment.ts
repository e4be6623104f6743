import { randomBytes } from 'node:crypto';

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

import { randomBytes } from 'node:crypto';
import { minus, type Amount } from './amounts.js';

const MAX_PAYMENTS = 50_000;

export type Method = 'CARD' | 'MONEY';
export type Status =
  | 'READY'
  | 'OPEN_PAYMENT'
  | 'AUTH_PASSWORD'
  | 'SUCCESS_PAYMENT'
  | 'PART_CANCEL_PAYMENT'
  | 'CANCEL_PAYMENT'
  | 'QUIT_PAYMENT'
  | 'FAIL_PAYMENT';

export interface Action {
  aid: string;
  type: 'PAYMENT' | 'CANCEL';
  amount: number;
  at: Date;
  payload?: string;
}

export interface Payment {
  readonly tid: string;
  /** The 64 hex digits in the address of the buyer's page. */
  readonly page: string;
  readonly cid: string;
  readonly partnerOrderId: string;
  readonly partnerUserId: string;
  readonly itemName: string;
  readonly itemCode?: string;
  readonly quantity: number;
  readonly amount: Amount;
  readonly onlyMethod?: Method;
  readonly approvalUrl: string;
  readonly cancelUrl: string;
  readonly failUrl: string;
  readonly createdAt: Date;
  status: Status;
  method: Method;
  pgToken?: string;
  /** Where the buyer was sent on; set once, so that a second press of any button leads to the same place. */
  leftTo?: string;
  /** The buyer chose the card that its bank will refuse. */
  refusedByBank: boolean;
  approvedAt?: Date;
  canceledAt?: Date;
  canceled: Amount;
  actions: Action[];
}

export function identifier(letter: 'A' | 'T'): string {
  return letter + randomBytes(10).toString('hex').slice(1);
}

export function cancelAvailable(payment: Payment): Amount {
  return minus(payment.approvedAt ? payment.amount : payment.canceled, payment.canceled);
}

/** Payments of this process, in memory; when full, the oldest is forgotten. */
export class Ledger {
  readonly #byTid = new Map<string, Payment>();
  readonly #byPage = new Map<string, Payment>();

  constructor(
    readonly now: () => Date,
    readonly windowMs: number,
  ) {}

  get size(): number {
    return this.#byTid.size;
  }

  add(payment: Payment): void {
    this.#byTid.set(payment.tid, payment);
    this.#byPage.set(payment.page, payment);
    if (this.#byTid.size <= MAX_PAYMENTS) return;
    const [oldest] = this.#byTid.values();
    if (!oldest) return;
    this.#byTid.delete(oldest.tid);
    this.#byPage.delete(oldest.page);
  }

  byTid(tid: string): Payment | undefined {
    return this.#byTid.get(tid);
  }

  byPage(page: string): Payment | undefined {
    return this.#byPage.get(page);
  }

  ofOrder(partnerOrderId: string): Payment[] {
    return [...this.#byTid.values()].filter((payment) => payment.partnerOrderId === partnerOrderId);
  }

  hasExpired(payment: Payment): boolean {
    return this.now().getTime() - payment.createdAt.getTime() >= this.windowMs;
  }
}

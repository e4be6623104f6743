import type { PaymentRow, ProviderName } from '../payment-row.js';
import type { ApproveOutcome, CancelOutcome, LookupOutcome, PrepareOutcome } from './outcomes.js';

/** A payment that is to be. Amount in won. */
export interface ToPrepare {
  id: string;
  orderId: string;
  buyerId: string;
  itemName: string;
  quantity: number;
  amount: number;
  /** Where the buyer is sent back to: paid, given up, failed. */
  approvalUrl: string;
  cancelUrl: string;
  failUrl: string;
}

/** What a provider needs of a payment to know which one is meant. */
export type NamedPayment = Pick<PaymentRow, 'id' | 'order_id' | 'buyer_id' | 'amount' | 'provider_id'>;

/** Won. `remaining`: what can still be given back before this call. `key` names this refund, however often it is tried. */
export interface ToCancel {
  amount: number;
  remaining: number;
  key: string;
}

/**
 * Who takes the money, as paying sees them. What may happen is a value; a method rejects only by a programming error,
 * and has ended within the provider's own deadline.
 */
export interface Provider {
  /** How long a buyer can pay a prepared payment, in ms. */
  readonly windowMs: number;
  /**
   * Whether the buyer's browser tells the provider what is to be paid: then preparing calls nobody, and the amount that
   * the browser brings back has to be compared with what is owed.
   */
  readonly opensInBrowser: boolean;
  /**
   * How long what a buyer has agreed to can be approved, in ms, where that counts from when they agreed; 0 where it has
   * to be within `windowMs`.
   */
  readonly confirmWindowMs: number;
  /** While it fails or hangs: when starting a payment may help again. Undefined while nothing speaks against one. */
  retryAt(): Date | undefined;
  /** While the provider fails or hangs it may not be asked at all; every other method always asks. */
  prepare(input: ToPrepare): Promise<PrepareOutcome>;
  /** @param payment `attempt` tells a repetition from another try with another token. */
  approve(payment: NamedPayment & Pick<PaymentRow, 'attempt'>, token: string): Promise<ApproveOutcome>;
  /** @param token what the buyer brought, while it is kept: a provider may know of several tries to pay one payment. */
  lookup(payment: NamedPayment, token?: string): Promise<LookupOutcome>;
  cancel(payment: NamedPayment, refund: ToCancel): Promise<CancelOutcome>;
  /** Waits for calls in flight, each of which ends by its deadline. */
  close(): Promise<void>;
}

export type Providers = Readonly<Record<ProviderName, Provider>>;

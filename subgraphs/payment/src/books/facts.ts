import type { PaymentApproved, RefundShare } from '@stampede/shared/messages';

export type FactProvider = PaymentApproved['provider'];

/** A provider has taken a payment. */
export interface Capture {
  kind: 'CAPTURE';
  /** The payment's id. */
  key: string;
  paymentId: string;
  provider: FactProvider;
  amount: number;
}

/** What one seller has sold in an order, and what the platform keeps of it. */
export interface SalePart {
  sellerId: string;
  subtotal: number;
  fee: number;
}

/** The order is confirmed, paid by this payment. */
export interface Sale {
  kind: 'SALE';
  /** The order's id. */
  key: string;
  paymentId: string;
  provider: null;
  amount: number;
  /** One for each seller; their subtotals add up to the amount. */
  parts: SalePart[];
}

/** A provider has given money back. */
export interface Refund {
  kind: 'REFUND';
  /** The refund's key. */
  key: string;
  paymentId: string;
  provider: FactProvider;
  amount: number;
  /** What each seller's lines give back; null: in proportion. */
  parts: RefundShare[] | null;
}

/** What has happened to the money of one order, in won. */
export type Fact = Capture | Sale | Refund;

export const capturesIn = (facts: readonly Fact[]) => facts.filter((fact) => fact.kind === 'CAPTURE');
export const refundsIn = (facts: readonly Fact[]) => facts.filter((fact) => fact.kind === 'REFUND');
/** An order is sold once. */
export const saleIn = (facts: readonly Fact[]) => facts.find((fact) => fact.kind === 'SALE');

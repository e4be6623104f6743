/** Why a payment was not made, as the API tells the buyer. */
export type DeclineReason =
  | 'CARD_REFUSED'
  | 'INSUFFICIENT_FUNDS'
  | 'LIMIT_EXCEEDED'
  | 'CANCELLED_BY_BUYER'
  | 'EXPIRED'
  | 'INVALID'
  | 'OTHER';

/** Nobody can say whether it was done: look the payment up. `cause` is for logs; it holds no key and nothing personal. */
export interface Unknown {
  kind: 'unknown';
  cause: string;
}

/** `code`, here and below, is the provider's own. */
export type PrepareOutcome =
  /** `providerId`: the provider's name for the payment, where it has one already. */
  | { kind: 'prepared'; providerId: string | null; redirectUrl: string }
  /** What was asked cannot be paid; asking again will not help. */
  | { kind: 'refused'; code: string }
  | { kind: 'unavailable'; cause: string };

export type ApproveOutcome =
  | { kind: 'approved'; approvedAt: Date; providerId: string }
  /** Proven: nothing was captured. */
  | { kind: 'declined'; reason: DeclineReason; code: string }
  /** Nothing was captured by this token, and the right one still can. */
  | { kind: 'wrong-token' }
  | Unknown;

/** Amounts in won. */
export type LookupOutcome =
  | { kind: 'in-progress'; status: string }
  | { kind: 'approved'; amount: number; cancelled: number; approvedAt: Date; providerId: string }
  /** Approved once, and given back whole. */
  | { kind: 'cancelled'; amount: number; cancelled: number }
  | { kind: 'declined'; reason: DeclineReason }
  | Unknown;

export type CancelOutcome =
  /** `total` went back so far, `remaining` still can. */
  | { kind: 'cancelled'; total: number; remaining: number }
  /** This call gave nothing back; an earlier one may have: look the payment up. */
  | { kind: 'refused'; code: string }
  | Unknown;

/** Why a payment was not made, as the API tells the buyer. */
export type DeclineReason =
  | 'CARD_REFUSED'
  | 'INSUFFICIENT_FUNDS'
  | 'LIMIT_EXCEEDED'
  | 'CANCELLED_BY_BUYER'
  | 'EXPIRED'
  | 'INVALID'
  | 'OTHER';

export type Method = 'CARD' | 'MONEY';

/** Nobody can say whether it was done: look the payment up. `cause` is for logs; it holds no key and nothing personal. */
export interface Unknown {
  kind: 'unknown';
  cause: string;
}

export type ReadyOutcome =
  | { kind: 'ready'; tid: string; redirectUrl: string; mobileRedirectUrl: string; createdAt: Date }
  /** What was asked cannot be paid; asking again will not help. */
  | { kind: 'refused'; code: number }
  | { kind: 'unavailable'; cause: string };

export type ApproveOutcome =
  | { kind: 'approved'; approvedAt: Date; method: Method }
  /** Proven: nothing was captured. `code` is KakaoPay's. */
  | { kind: 'declined'; reason: DeclineReason; code: number }
  /** Nothing was captured, and the right token still can. */
  | { kind: 'wrong-token' }
  | Unknown;

/** Amounts in won. */
export type LookupOutcome =
  | { kind: 'in-progress'; status: string }
  | { kind: 'approved'; amount: number; cancelled: number; cancelAvailable: number; approvedAt: Date }
  | { kind: 'cancelled'; amount: number; cancelled: number }
  | { kind: 'declined'; reason: DeclineReason }
  | Unknown;

export type CancelOutcome =
  /** `total` went back so far, `remaining` still can. */
  | { kind: 'cancelled'; total: number; remaining: number }
  /** This call gave nothing back; an earlier one may have: look the payment up. */
  | { kind: 'refused'; code: number }
  | Unknown;

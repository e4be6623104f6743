import type { DeclineReason, Unknown } from '../provider/index.js';

export type Method = 'CARD' | 'MONEY';

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

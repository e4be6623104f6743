import type { ApproveOutcome, CancelOutcome, DeclineReason } from '../provider/index.js';

/**
 * Toss Payments' codes (its reference, “error codes”) that prove that the money was not taken and that this try to pay
 * is over: the card company or the bank said no, or the means of payment was refused before they were asked. Not here,
 * since they prove nothing: ALREADY_PROCESSED_PAYMENT and DUPLICATED_ORDER_ID (somebody may have been paid),
 * PROVIDER_ERROR and CARD_PROCESSING_ERROR (failed in the middle), FORBIDDEN_CONSECUTIVE_REQUEST (another is at work),
 * INVALID_API_KEY, UNAUTHORIZED_KEY and what else concerns the shop's contract, which is mended while payments live
 * on. Every code that is not listed proves nothing either.
 */
const DECLINES: Readonly<Record<string, DeclineReason>> = {
  REJECT_CARD_COMPANY: 'CARD_REFUSED',
  INVALID_REJECT_CARD: 'CARD_REFUSED',
  INVALID_STOPPED_CARD: 'CARD_REFUSED',
  INVALID_CARD_LOST_OR_STOLEN: 'CARD_REFUSED',
  INVALID_CARD_EXPIRATION: 'CARD_REFUSED',
  INVALID_CARD_NUMBER: 'CARD_REFUSED',
  INVALID_CARD_INSTALLMENT_PLAN: 'CARD_REFUSED',
  INVALID_PASSWORD: 'CARD_REFUSED',
  NOT_ALLOWED_POINT_USE: 'CARD_REFUSED',
  NOT_SUPPORTED_INSTALLMENT_PLAN_CARD_OR_MERCHANT: 'CARD_REFUSED',
  NOT_SUPPORTED_MONTHLY_INSTALLMENT_PLAN: 'CARD_REFUSED',
  NOT_SUPPORTED_MONTHLY_INSTALLMENT_PLAN_BELOW_AMOUNT: 'CARD_REFUSED',
  // “Over the limit or short of balance”: it does not say which.
  REJECT_CARD_PAYMENT: 'INSUFFICIENT_FUNDS',
  REJECT_ACCOUNT_PAYMENT: 'INSUFFICIENT_FUNDS',
  EXCEED_MAX_AMOUNT: 'LIMIT_EXCEEDED',
  EXCEED_MAX_AUTH_COUNT: 'LIMIT_EXCEEDED',
  EXCEED_MAX_CARD_INSTALLMENT_PLAN: 'LIMIT_EXCEEDED',
  EXCEED_MAX_DAILY_PAYMENT_COUNT: 'LIMIT_EXCEEDED',
  EXCEED_MAX_MONTHLY_PAYMENT_AMOUNT: 'LIMIT_EXCEEDED',
  EXCEED_MAX_ONE_DAY_AMOUNT: 'LIMIT_EXCEEDED',
  EXCEED_MAX_ONE_DAY_WITHDRAW_AMOUNT: 'LIMIT_EXCEEDED',
  EXCEED_MAX_ONE_TIME_WITHDRAW_AMOUNT: 'LIMIT_EXCEEDED',
  EXCEED_MAX_PAYMENT_AMOUNT: 'LIMIT_EXCEEDED',
  PAY_PROCESS_CANCELED: 'CANCELLED_BY_BUYER',
  BELOW_MINIMUM_AMOUNT: 'INVALID',
  FDS_ERROR: 'OTHER',
  INVALID_ACCOUNT_INFO_RE_REGISTER: 'OTHER',
  NOT_AVAILABLE_BANK: 'OTHER',
  NOT_AVAILABLE_PAYMENT: 'OTHER',
  PAY_PROCESS_ABORTED: 'OTHER',
  REJECT_TOSSPAY_INVALID_ACCOUNT: 'OTHER',
  RESTRICTED_TRANSFER_ACCOUNT: 'OTHER',
};

/**
 * Nothing was taken by this paymentKey: it is unknown, of another order or amount, or its ten minutes are over. What
 * became of the payment is for a lookup to say.
 */
const WRONG_TOKEN: readonly string[] = [
  'FORBIDDEN_REQUEST',
  'INVALID_ORDER_ID',
  'INVALID_PAYMENT_KEY',
  'INVALID_REQUEST',
  'NOT_FOUND_PAYMENT',
  'NOT_FOUND_PAYMENT_SESSION',
];

/** Codes that prove that a cancel gave nothing back. FAILED_… and PROVIDER_ERROR do not. */
const CANCEL_REFUSALS: readonly string[] = [
  'ALREADY_CANCELED_PAYMENT',
  'ALREADY_REFUND_PAYMENT',
  'EXCEED_CANCEL_AMOUNT_DISCOUNT_AMOUNT',
  'EXCEED_CANCEL_LIMIT',
  'EXCEED_MAX_REFUND_DUE',
  'FORBIDDEN_REQUEST',
  'INVALID_REQUEST',
  'NOT_ALLOWED_PARTIAL_REFUND',
  'NOT_CANCELABLE_AMOUNT',
  'NOT_CANCELABLE_PAYMENT',
  'NOT_CANCELABLE_PAYMENT_FOR_DORMANT_USER',
  'NOT_FOUND_PAYMENT',
  'NOT_MATCHES_REFUNDABLE_AMOUNT',
  'REFUND_REJECTED',
];

/** What an error of confirm proves. */
export function confirmError(httpStatus: number, code: string): ApproveOutcome {
  if (saysWhy(httpStatus)) {
    if (WRONG_TOKEN.includes(code)) return { kind: 'wrong-token' };
    const reason = declineReason(code);
    if (reason) return { kind: 'declined', reason, code };
  }
  return { kind: 'unknown', cause: causeOf(httpStatus, code) };
}

/** What an error of cancel proves. */
export const cancelError = (httpStatus: number, code: string): CancelOutcome =>
  saysWhy(httpStatus) && CANCEL_REFUSALS.includes(code)
    ? { kind: 'refused', code }
    : { kind: 'unknown', cause: causeOf(httpStatus, code) };

/** Nobody knows the payment by that name: also so before the buyer has opened the provider's window. */
export const isNotFound = (httpStatus: number, code: string): boolean =>
  httpStatus === 404 && code === 'NOT_FOUND_PAYMENT';

/** Why a try to pay failed, by the code of its failure. */
export const declineReason = (code: string): DeclineReason | undefined =>
  Object.hasOwn(DECLINES, code) ? DECLINES[code] : undefined;

/** Of 401 (keys), 409 (the same call is running) and 429 the code does not matter. */
const saysWhy = (httpStatus: number): boolean => [400, 403, 404].includes(httpStatus);

export const causeOf = (httpStatus: number, code: string): string => `${httpStatus} ${code}`;

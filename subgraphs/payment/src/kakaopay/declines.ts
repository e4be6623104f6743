import type { DeclineReason } from '../provider/index.js';
import type { ApproveOutcome, CancelOutcome, LookupOutcome, ReadyOutcome } from './outcomes.js';

/**
 * KakaoPay's error codes (its developers' site, one-time payments) that prove that approve captured nothing. Not here,
 * since they prove nothing: -702 (already paid), -783 (its state was decided elsewhere), -785 (the same call is running),
 * and what concerns the API as a whole (-401, -429, …) or the shop's contract with it (-730 to -733: app, CID, GID and
 * their secret; -798: address), which is mended while the payment lives on.
 */
const APPROVE_DECLINES: Record<number, DeclineReason> = {
  [-703]: 'INVALID',
  [-704]: 'INVALID',
  [-705]: 'INVALID',
  [-706]: 'INVALID',
  [-707]: 'INVALID',
  [-721]: 'INVALID',
  [-722]: 'INVALID',
  [-723]: 'EXPIRED',
  [-724]: 'INVALID',
  [-725]: 'INVALID',
  [-726]: 'INVALID',
  [-797]: 'LIMIT_EXCEEDED',
};

/** -701: the buyer has not agreed yet, so whoever sent a token made it up. */
const WRONG_TOKEN: readonly number[] = [-701, -708];

const APPROVE_FAILED = -780;
const CANCEL_FAILED = -781;
/** The bank's way of saying that another call is at work, or that it cannot be reached. */
const UNDECIDED_BY_BANK: readonly string[] = ['USER_LOCKED', 'BANK_FIRM_UNKNOWN'];

const CANCEL_REFUSALS: readonly number[] = [
  -704, -710, -711, -721, -722, -724, -725, -726, -730, -731, -732, -733, -784, -798,
];

const LOOKUP_DECLINES: Record<number, DeclineReason> = { [-721]: 'INVALID', [-723]: 'EXPIRED' };

/** What concerns the shop and not the payment: mended, the same may be asked again. */
const CONTRACT: readonly number[] = [-730, -731, -732, -733, -798];

/** What an error of ready proves. */
export const readyError = (httpStatus: number, code: number): ReadyOutcome =>
  httpStatus === 400 && !CONTRACT.includes(code)
    ? { kind: 'refused', code }
    : { kind: 'unavailable', cause: String(code) };

/** What an error of approve proves. */
export function approveError(code: number, methodResult: string | undefined): ApproveOutcome {
  if (WRONG_TOKEN.includes(code)) return { kind: 'wrong-token' };
  if (code === APPROVE_FAILED && decidedByBank(methodResult)) {
    return { kind: 'declined', reason: bankReason(methodResult), code };
  }
  const reason = APPROVE_DECLINES[code];
  return reason
    ? { kind: 'declined', reason, code }
    : { kind: 'unknown', cause: causeOf(code, methodResult) };
}

/** What an error of cancel proves. */
export function cancelError(code: number, methodResult: string | undefined): CancelOutcome {
  const refused = CANCEL_REFUSALS.includes(code) || (code === CANCEL_FAILED && decidedByBank(methodResult));
  return refused ? { kind: 'refused', code } : { kind: 'unknown', cause: causeOf(code, methodResult) };
}

/** What an error of a lookup proves. */
export function lookupError(code: number): LookupOutcome {
  const reason = LOOKUP_DECLINES[code];
  return reason ? { kind: 'declined', reason } : { kind: 'unknown', cause: causeOf(code, undefined) };
}

function decidedByBank(methodResult: string | undefined): methodResult is string {
  return methodResult !== undefined && !UNDECIDED_BY_BANK.includes(methodResult);
}

/** KakaoPay publishes no list of the banks' codes; a wrong guess costs only the wording that the buyer reads. */
function bankReason(methodResult: string): DeclineReason {
  if (/INSUFFICIENT|BALANCE/.test(methodResult)) return 'INSUFFICIENT_FUNDS';
  return /LIMIT|EXCEED/.test(methodResult) ? 'LIMIT_EXCEEDED' : 'CARD_REFUSED';
}

/** The bank's code goes into logs only where it looks like one. */
function causeOf(code: number, methodResult: string | undefined): string {
  return methodResult && /^[A-Z0-9_]{1,40}$/.test(methodResult) ? `${code} ${methodResult}` : String(code);
}

import type {
  ApproveOutcome,
  CancelOutcome,
  LookupOutcome,
  ToCancel,
} from '@stampede/payment/provider/index';
import type { ProviderName } from '@stampede/payment/payment-row';

/** What a bank does with an approval: in time, never, without being heard, or after whoever asked has given up. */
export type Verdict = 'approves' | 'declines' | 'is-deaf' | 'is-unheard' | 'approves-late';

/** One payment in the bank's own books. Amounts in won, times in ms since 1970. */
export interface Account {
  provider: ProviderName;
  /** The bank's name for it. */
  name: string;
  amount: number;
  status: 'open' | 'taken' | 'declined';
  takenAt: number;
  givenBack: number;
  /** From then on it takes nothing. */
  openUntil: number;
  /** When a call that is under way has its effect. */
  landsAt?: number;
  /** What was answered to each refund, by its name. */
  answers: Map<string, CancelOutcome>;
}

/** A call has ended by then: longer than the providers' deadlines, shorter than what the code counts on. */
const UNDER_WAY_MS = 20_000;

const DECLINED = { kind: 'declined', reason: 'CARD_REFUSED', code: 'REFUSED' } as const;
const UNANSWERED = { kind: 'unknown', cause: 'no answer' } as const;

export function take(account: Account, at: number): void {
  if (account.status !== 'open') return;
  account.status = 'taken';
  account.takenAt = at;
}

/** The right token has come. Money is taken once, whatever comes how often. */
export function approve(account: Account, verdict: Verdict, now: number): ApproveOutcome {
  // Toss Payments knows the call by its key; KakaoPay says that it was paid before, which proves nothing.
  if (account.status === 'taken') {
    return account.provider === 'KAKAOPAY' ? { kind: 'unknown', cause: '-702' } : approvalOf(account);
  }
  if (now >= account.openUntil || verdict === 'declines') account.status = 'declined';
  if (account.status === 'declined') return DECLINED;
  if (verdict === 'approves-late') account.landsAt ??= now + UNDER_WAY_MS;
  if (verdict === 'approves' || verdict === 'is-unheard') take(account, now);
  return verdict === 'approves' ? approvalOf(account) : UNANSWERED;
}

const approvalOf = ({ takenAt, name }: Account) =>
  ({ kind: 'approved', approvedAt: new Date(takenAt), providerId: name }) as const;

/** What became of it, as far as it has landed. */
export function lookup(account: Account | undefined): LookupOutcome {
  if (!account || account.status === 'open') return { kind: 'in-progress', status: 'READY' };
  if (account.status === 'declined') return { kind: 'declined', reason: 'CARD_REFUSED' };
  const { amount, givenBack: cancelled } = account;
  return cancelled >= amount
    ? { kind: 'cancelled', amount, cancelled }
    : { ...approvalOf(account), amount, cancelled };
}

/** Gives back: once by each name where names are known (Toss Payments), and only from what the caller says is left. */
export function cancel(account: Account | undefined, { amount, remaining, key }: ToCancel): CancelOutcome {
  if (account?.status !== 'taken') return { kind: 'refused', code: 'NOT_PAID' };
  const before = account.provider === 'TOSS_PAYMENTS' ? account.answers.get(key) : undefined;
  if (before) return before;
  const left = account.amount - account.givenBack;
  if (remaining !== left || amount > left || amount <= 0) return { kind: 'refused', code: 'ANOTHER_AMOUNT' };
  account.givenBack += amount;
  const answer = { kind: 'cancelled', total: account.givenBack, remaining: left - amount } as const;
  account.answers.set(key, answer);
  return answer;
}

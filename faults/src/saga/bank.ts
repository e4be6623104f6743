import { step, type Mishap } from './life.js';
import type { Provider, Providers } from '@stampede/payment/provider/index';
import type { ProviderName } from '@stampede/payment/payment-row';
import type { Clock } from './clock.js';

/** What a bank does with the next approvals of one payment; in the end it approves what it has not answered. */
export type Verdict = 'approves' | 'declines' | 'is-deaf' | 'is-unheard' | 'approves-late';

/** One payment in the bank's own books. */
export interface Account {
  amount: number;
  status: 'open' | 'taken' | 'declined';
  takenAt: number;
  givenBack: number;
  /** When the buyer can no longer agree. */
  openUntil: number;
  /** When each call that is still under way has its effect. */
  landsAt: number | undefined;
  /** What was answered to each refund's name. */
  answers: Map<string, Awaited<ReturnType<Provider['cancel']>>>;
}

export interface Bank {
  providers: Providers;
  accounts: ReadonlyMap<string, Account>;
  /** Has the next approvals of a payment end so. */
  plan(paymentId: string, verdict: Verdict): void;
  /** Calls that are under way have their effect as their time comes. */
  land(): void;
}

export const tokenOf = (paymentId: string) => `token-${paymentId}`;

/** A call that was sent has ended by then: longer than the providers' own deadlines, shorter than what the code counts on. */
const UNDER_WAY_MS = 20_000;
const WINDOWS = { KAKAOPAY: [15 * 60_000, 0], TOSS_PAYMENTS: [30 * 60_000, 10 * 60_000] } as const;

/** KakaoPay and Toss Payments as paying sees them, with books of their own: whose money they have is never in doubt. */
export function openBank(clock: Clock): Bank {
  const accounts = new Map<string, Account>();
  const plans = new Map<string, Verdict[]>();

  function take(account: Account, at: number): void {
    if (account.status !== 'open') return;
    account.status = 'taken';
    account.takenAt = at;
  }

  function provider(name: ProviderName): Provider {
    const [windowMs, confirmWindowMs] = WINDOWS[name];
    const keyOf = (id: string) => `${name}-${id}`;
    const unknown = (cause: string) => ({ kind: 'unknown' as const, cause });

    async function called<T extends { kind: string }>(
      call: string,
      answer: () => T,
      unanswered: T,
    ): Promise<T> {
      return step('provider', `${name} ${call}`, (mishap: Mishap | undefined) => {
        if (mishap === 'lost' || mishap === 'later') return Promise.resolve(unanswered);
        const told = answer();
        if (mishap === 'twice') return Promise.resolve(answer());
        return Promise.resolve(mishap === 'unheard' ? unanswered : told);
      });
    }

    return {
      windowMs,
      confirmWindowMs,
      opensInBrowser: name === 'TOSS_PAYMENTS',
      retryAt: () => undefined,
      close: () => Promise.resolve(),
      prepare: ({ id, amount }) =>
        called<Awaited<ReturnType<Provider['prepare']>>>(
          'prepare',
          () => {
            accounts.set(id, {
              amount,
              status: 'open',
              takenAt: 0,
              givenBack: 0,
              openUntil: clock.now + windowMs + confirmWindowMs,
              landsAt: undefined,
              answers: new Map(),
            });
            const providerId = name === 'KAKAOPAY' ? keyOf(id) : null;
            return { kind: 'prepared', providerId, redirectUrl: 'https://pay.test/' };
          },
          { kind: 'unavailable', cause: 'no answer' },
        ),
      approve: ({ id }, token) =>
        called<Awaited<ReturnType<Provider['approve']>>>(
          'approve',
          () => {
            const account = accounts.get(id);
            if (!account || token !== tokenOf(id)) return { kind: 'wrong-token' };
            const approved = () =>
              ({ kind: 'approved', approvedAt: new Date(account.takenAt), providerId: keyOf(id) }) as const;
            // Toss Payments knows the call by its key; KakaoPay says that it was paid before, which proves nothing of when.
            if (account.status === 'taken') return name === 'KAKAOPAY' ? unknown('-702') : approved();
            if (account.status === 'declined' || clock.now >= account.openUntil) {
              account.status = 'declined';
              return { kind: 'declined', reason: 'CARD_REFUSED', code: 'REFUSED' };
            }
            switch (plans.get(id)?.shift() ?? 'approves') {
              case 'approves':
                take(account, clock.now);
                return approved();
              case 'declines':
                account.status = 'declined';
                return { kind: 'declined', reason: 'CARD_REFUSED', code: 'REFUSED' };
              case 'is-deaf':
                return unknown('no answer');
              case 'is-unheard':
                take(account, clock.now);
                return unknown('no answer');
              case 'approves-late':
                account.landsAt ??= clock.now + UNDER_WAY_MS;
                return unknown('no answer');
            }
          },
          unknown('no answer'),
        ),
      lookup: ({ id }) =>
        called<Awaited<ReturnType<Provider['lookup']>>>(
          'lookup',
          () => {
            const account = accounts.get(id);
            if (!account || account.status === 'open') return { kind: 'in-progress', status: 'READY' };
            if (account.status === 'declined') return { kind: 'declined', reason: 'CARD_REFUSED' };
            const { amount, givenBack: cancelled, takenAt } = account;
            return cancelled >= amount
              ? { kind: 'cancelled', amount, cancelled }
              : { kind: 'approved', amount, cancelled, approvedAt: new Date(takenAt), providerId: keyOf(id) };
          },
          unknown('no answer'),
        ),
      cancel: ({ id }, { amount, remaining, key }) =>
        called<Awaited<ReturnType<Provider['cancel']>>>(
          'cancel',
          () => {
            const account = accounts.get(id);
            if (account?.status !== 'taken') return { kind: 'refused', code: 'NOT_PAID' };
            const before = name === 'TOSS_PAYMENTS' ? account.answers.get(key) : undefined;
            if (before) return before;
            const left = account.amount - account.givenBack;
            if (remaining !== left || amount > left) return { kind: 'refused', code: 'ANOTHER_AMOUNT' };
            account.givenBack += amount;
            const answer = { kind: 'cancelled', total: account.givenBack, remaining: left - amount } as const;
            account.answers.set(key, answer);
            return answer;
          },
          unknown('no answer'),
        ),
    };
  }

  return {
    providers: { KAKAOPAY: provider('KAKAOPAY'), TOSS_PAYMENTS: provider('TOSS_PAYMENTS') },
    accounts,
    plan: (paymentId, verdict) => plans.set(paymentId, [...(plans.get(paymentId) ?? []), verdict]),
    land: () => {
      for (const account of accounts.values()) {
        if (account.landsAt !== undefined && account.landsAt <= clock.now) {
          take(account, account.landsAt);
          account.landsAt = undefined;
        }
      }
    },
  };
}

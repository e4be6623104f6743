import type { Provider, Providers } from '@stampede/payment/provider/index';
import type { ProviderName } from '@stampede/payment/payment-row';
import type { Clock } from '../clock.js';
import { step, type Mishap } from '../life.js';
import { approve, cancel, lookup, take, type Account, type Verdict } from './account.js';

/** KakaoPay and Toss Payments as paying sees them, with books of their own: whose money they have is never in doubt. */
export interface Bank {
  providers: Providers;
  /** By the payment's id. */
  accounts: ReadonlyMap<string, Account>;
  /** What comes of the next approval of a payment; those that nothing was said of are approved. */
  plan(paymentId: string, verdict: Verdict): void;
  /** Calls that are under way have their effect as their time has come. */
  land(): void;
}

/** What a buyer brings back who has agreed. */
export const tokenOf = (paymentId: string) => `token-${paymentId}`;

/** How long a buyer may take, and how long what they agreed to may wait: as the providers' own clients have it. */
const WINDOWS = { KAKAOPAY: [15 * 60_000, 0], TOSS_PAYMENTS: [30 * 60_000, 10 * 60_000] } as const;

const UNANSWERED = { kind: 'unknown', cause: 'no answer' } as const;

/** @param fates of its answers to refunds, one after the other. */
export function openBank(clock: Clock, fates: readonly (Mishap | 'told')[]): Bank {
  const left = [...fates];
  const accounts = new Map<string, Account>();
  const plans = new Map<string, Verdict[]>();

  const openProvider = (provider: ProviderName): Provider => {
    const [windowMs, confirmWindowMs] = WINDOWS[provider];
    const nameOf = (id: string) => `${provider}-${id}`;
    return {
      windowMs,
      confirmWindowMs,
      opensInBrowser: provider === 'TOSS_PAYMENTS',
      retryAt: () => undefined,
      close: () => Promise.resolve(),
      prepare: ({ id, amount }) => {
        const openUntil = clock.now + windowMs + confirmWindowMs;
        const opened = { provider, name: nameOf(id), amount, openUntil, takenAt: 0, givenBack: 0 };
        const providerId = provider === 'KAKAOPAY' ? nameOf(id) : null;
        return called(
          `${provider} prepare`,
          () => {
            accounts.set(id, { ...opened, status: 'open', answers: new Map() });
            return { kind: 'prepared', providerId, redirectUrl: 'https://pay.test/' } as const;
          },
          { kind: 'unavailable', cause: 'no answer' } as const,
        );
      },
      approve: ({ id }, token) =>
        called(
          `${provider} approve`,
          () => {
            const account = accounts.get(id);
            if (!account || token !== tokenOf(id)) return { kind: 'wrong-token' } as const;
            return approve(account, plans.get(id)?.shift() ?? 'approves', clock.now);
          },
          UNANSWERED,
        ),
      lookup: ({ id }) => called(`${provider} lookup`, () => lookup(accounts.get(id)), UNANSWERED),
      cancel: ({ id }, refund) =>
        called(
          `${provider} cancel`,
          () => cancel(accounts.get(id), refund),
          UNANSWERED,
          () => left.shift(),
        ),
    };
  };

  return {
    providers: { KAKAOPAY: openProvider('KAKAOPAY'), TOSS_PAYMENTS: openProvider('TOSS_PAYMENTS') },
    accounts,
    plan: (paymentId, verdict) => plans.set(paymentId, [...(plans.get(paymentId) ?? []), verdict]),
    land: () => {
      for (const account of accounts.values()) {
        if (account.landsAt === undefined || account.landsAt > clock.now) continue;
        take(account, account.landsAt);
        delete account.landsAt;
      }
    },
  };
}

/** A call to the bank, which may not arrive, arrive twice, or be answered to nobody. */
const called = <T, U>(
  name: string,
  answer: () => T,
  unanswered: U,
  nextFate: () => Mishap | 'told' | undefined = () => undefined,
): Promise<T | U> =>
  step('provider', name, (met) => {
    const mishap = met ?? nextFate();
    if (mishap === 'lost' || mishap === 'later') return Promise.resolve(unanswered);
    if (mishap === 'twice') answer();
    const told = answer();
    return Promise.resolve(mishap === 'unheard' ? unanswered : told);
  });

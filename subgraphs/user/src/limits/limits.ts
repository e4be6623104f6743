import type { Sealer } from '@stampede/shared/sealing';
import type { Log } from '@stampede/shared/telemetry';
import type { Redis } from 'ioredis';
import { openLimit, type Limit, type Rate } from './limit.js';
import { foldEmail } from '../input/email.js';

const MINUTE_S = 60;

/** As docs/accounts.md tells them. */
const RATES = {
  passwordsPerAccount: { times: 10, seconds: 15 * MINUTE_S },
  /** Generous: a carrier puts thousands of people behind one address. */
  passwordsPerAddress: { times: 100, seconds: 15 * MINUTE_S },
  mailsPerRecipient: { times: 5, seconds: 60 * MINUTE_S },
  mailsPerAddress: { times: 30, seconds: 60 * MINUTE_S },
} satisfies Record<string, Rate>;

export type Rates = Record<keyof typeof RATES, Rate>;

/**
 * `account` and `email` are whatever names it to the caller; `address` is the client's, and undefined when no client
 * asks.
 */
export interface Limits {
  passwords: {
    /**
     * Counts for the account, before the password is checked, so that a thousand guesses at once are not a thousand
     * guesses; and looks at what the client's address has against it. There only what was wrong counts, since a
     * carrier's address may bring any number of right ones at once: of many at the same time, as many more get checked
     * as there is room in the queue of {@link Passwords}.
     *
     * @returns null: go on; or when to come again.
     * @throws Unavailable when Redis is away: nobody guesses uncounted.
     */
    attempt(who: PasswordAttempt): Promise<Date | null>;
    /** The password was wrong: counts for the client's address, too. */
    failed(who: PasswordAttempt): Promise<void>;
    /** The password was right: forgets what was counted for the account. */
    succeeded(who: Pick<PasswordAttempt, 'account'>): Promise<void>;
    /** Takes one attempt back, of which nothing came. Never rejects: what went wrong before is what counts. */
    undone(who: PasswordAttempt): Promise<void>;
  };
  mails: {
    /** @returns null: go on; or when to come again. @throws Unavailable when Redis is away. */
    attempt(who: MailAttempt): Promise<Date | null>;
    /** As for passwords. */
    undone(who: MailAttempt): Promise<void>;
  };
}

export interface PasswordAttempt {
  account: string;
  address?: string | undefined;
}

export interface MailAttempt {
  email: string;
  address?: string | undefined;
}

export interface LimitsOptions {
  redis: Redis;
  /** Of all keys in Redis. */
  namespace: string;
  sealer: Sealer;
  rates?: Partial<Rates>;
  log: Log;
}

/** Opens the limits on what anybody can do without being anybody. They are the same for accounts that are not there. */
export function openLimits({ redis, namespace, sealer, rates, log }: LimitsOptions): Limits {
  const { passwordsPerAccount, passwordsPerAddress, mailsPerRecipient, mailsPerAddress } = {
    ...RATES,
    ...rates,
  };
  const limit = (name: string, rate: Rate) => openLimit(redis, `${namespace}:limit:${name}`, rate);
  const perAccount = limit('passwords-account', passwordsPerAccount);
  const perAddress = limit('passwords-address', passwordsPerAddress);
  const perRecipient = limit('mails-recipient', mailsPerRecipient);
  const mailsFrom = limit('mails-address', mailsPerAddress);
  /** Neither a mail address nor an IP address is to be read in Redis. */
  const key = (kind: string, name: string) =>
    sealer.blindIndex(`${kind}:${foldEmail(name)}`).toString('base64url');

  const ofAccount = ({ account }: Pick<PasswordAttempt, 'account'>) => key('account', account);
  const ofRecipient = ({ email }: MailAttempt) => key('mail', email);
  const ofAddress = (address: string) => key('address', address);
  const takeBack = async (limit: Limit, counted: string) => {
    await limit
      .takeBack(counted)
      .catch((error: unknown) => log.warn({ err: error }, 'an attempt of which nothing came still counts'));
  };

  return {
    passwords: {
      attempt: async (who) => {
        const { address } = who;
        const tooMany = address === undefined ? null : await perAddress.look(ofAddress(address));
        // Nothing is guessed: whoever shares the account's name with the guesser has not used it up.
        return tooMany ?? perAccount.count(ofAccount(who));
      },
      failed: async ({ address }) => {
        if (address !== undefined) await perAddress.count(ofAddress(address));
      },
      succeeded: (who) => perAccount.forget(ofAccount(who)),
      undone: (who) => takeBack(perAccount, ofAccount(who)),
    },
    mails: {
      attempt: async (who) => {
        const { address } = who;
        const tooMany = await perRecipient.count(ofRecipient(who));
        if (tooMany || address === undefined) return tooMany;
        const tooManyOfAddress = await mailsFrom.count(ofAddress(address));
        if (tooManyOfAddress) await takeBack(perRecipient, ofRecipient(who));
        return tooManyOfAddress;
      },
      undone: async (who) => {
        await takeBack(perRecipient, ofRecipient(who));
        if (who.address !== undefined) await takeBack(mailsFrom, ofAddress(who.address));
      },
    },
  };
}

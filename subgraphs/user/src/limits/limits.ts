import type { Sealer } from '@stampede/shared/sealing';
import type { Redis } from 'ioredis';
import { openLimit } from './limit.js';

const MINUTE_S = 60;

/** How often in how many seconds. */
export interface Rate {
  times: number;
  seconds: number;
}

/** As docs/accounts.md tells them. */
const RATES = {
  passwordsPerAccount: { times: 10, seconds: 15 * MINUTE_S },
  /** Generous: a carrier puts thousands of people behind one address. */
  passwordsPerAddress: { times: 100, seconds: 15 * MINUTE_S },
  mailsPerRecipient: { times: 5, seconds: 60 * MINUTE_S },
  mailsPerAddress: { times: 30, seconds: 60 * MINUTE_S },
} satisfies Record<string, Rate>;

export type Rates = Record<keyof typeof RATES, Rate>;

/** `account` and `email` are whatever names it to the caller; `address` is the client's, and '' when nobody knows it. */
export interface Limits {
  passwords: {
    /**
     * Counts before the password is checked, so that a thousand guesses at once are not a thousand guesses.
     *
     * @returns null: go on; or when to come again.
     * @throws Unavailable when Redis is away: nobody guesses uncounted.
     */
    attempt(who: { account: string; address: string }): Promise<Date | null>;
    /** Forgets what was counted for the account, and takes back this attempt of the address. */
    succeeded(who: { account: string; address: string }): Promise<void>;
  };
  mails: {
    /** @returns null: go on; or when to come again. @throws Unavailable when Redis is away. */
    attempt(who: { email: string; address: string }): Promise<Date | null>;
  };
}

export interface LimitsOptions {
  redis: Redis;
  /** Of all keys in Redis. */
  namespace: string;
  sealer: Sealer;
  rates?: Partial<Rates>;
}

/** Opens the limits on what anybody can do without being anybody. They are the same for accounts that are not there. */
export function openLimits({ redis, namespace, sealer, rates }: LimitsOptions): Limits {
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
    sealer.blindIndex(`${kind}:${name.trim().toLowerCase()}`).toString('base64url');

  return {
    passwords: {
      attempt: async ({ account, address }) => {
        const accountKey = key('account', account);
        const ofAccount = await perAccount.count(accountKey);
        if (ofAccount || !address) return ofAccount;
        const ofAddress = await perAddress.count(key('address', address));
        // Nothing is guessed: whoever shares the account's name with the guesser has not used it up.
        if (ofAddress) await perAccount.takeBack(accountKey);
        return ofAddress;
      },
      succeeded: async ({ account, address }) => {
        await Promise.all([
          perAccount.forget(key('account', account)),
          address && perAddress.takeBack(key('address', address)),
        ]);
      },
    },
    mails: {
      attempt: async ({ email, address }) => {
        const recipientKey = key('mail', email);
        const ofRecipient = await perRecipient.count(recipientKey);
        if (ofRecipient || !address) return ofRecipient;
        const ofAddress = await mailsFrom.count(key('address', address));
        if (ofAddress) await perRecipient.takeBack(recipientKey);
        return ofAddress;
      },
    },
  };
}

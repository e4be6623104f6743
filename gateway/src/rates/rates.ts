import { badInput, rateLimited } from '@stampede/shared/errors';
import type { Metrics } from '@stampede/shared/telemetry';
import type { GraphQLError } from 'graphql';
import type { GatewayContext } from '../graphql/context.js';
import type { Charge } from './charge.js';
import { KINDS, type Kind } from './kinds.js';
import type { Rate } from './gcra.js';
import { openLimiter, type Limiter } from './limiter.js';

/** By kind; what has none is not limited. */
export type RateTable = Readonly<Partial<Record<Kind, Rate>>>;

export interface RatesOptions {
  /** Of signed-in people, wherever they are. */
  perAccount: RateTable;
  /** Of who is not signed in: everybody behind that address together. */
  perAddress: RateTable;
  metrics: Metrics;
  /** Milliseconds by a clock that never goes back. */
  now?: () => number;
}

/** Whose operation it is; what the gateway asks by itself has no address. */
export type Counted = Pick<GatewayContext, 'identity' | 'address'>;

export interface Rates {
  /** Counts all of an operation, or nothing of it. @returns why it is refused: it is too often, or never possible */
  refuse(charge: Charge, whose: Counted): GraphQLError | undefined;
}

/**
 * Counts what clients ask for, in this process' memory: no store has to be asked, and none that is away lets
 * everybody in or nobody.
 */
export function openRates({ perAccount, perAddress, metrics, now = monotonic }: RatesOptions): Rates {
  const refused = metrics.counter(
    'rate_limited_total',
    'Operations that were refused because of too many of a kind, by account or by address.',
    ['kind', 'who'],
  );
  for (const kind of KINDS) for (const who of ['account', 'address']) refused.inc({ kind, who }, 0);
  const ofAccounts = openLimiters(perAccount);
  const ofAddresses = openLimiters(perAddress);

  /** One that is alone, as nearly all are, is looked up once. */
  function take(charge: Charge, limiters: Limiters, key: string): { kind: Kind; waitMs: number } | undefined {
    const at = now();
    if (charge.length > 1) {
      for (const { kind, count } of charge) {
        const waitMs = limiters[kind]?.waitMs(key, count, at) ?? 0;
        if (waitMs > 0) return { kind, waitMs };
      }
    }
    for (const { kind, count } of charge) {
      const waitMs = limiters[kind]?.take(key, count, at) ?? 0;
      if (waitMs > 0) return { kind, waitMs };
    }
    return undefined;
  }

  return {
    refuse: (charge, { identity, address }) => {
      if (identity.kind === 'service') return undefined;
      const isUser = identity.kind === 'user';
      const key = isUser ? identity.userId : address?.();
      if (key === undefined) return undefined;
      const late = take(charge, isUser ? ofAccounts : ofAddresses, key);
      if (!late) return undefined;
      refused.inc({ kind: late.kind, who: isUser ? 'account' : 'address' });
      return late.waitMs === Infinity ? never(late.kind) : rateLimited(late.waitMs);
    },
  };
}

type Limiters = Partial<Record<Kind, Limiter>>;

const openLimiters = (table: RateTable): Limiters =>
  Object.fromEntries(
    KINDS.flatMap((kind) => {
      const rate = table[kind];
      return rate ? [[kind, openLimiter(rate)]] : [];
    }),
  );

const monotonic = () => performance.now();

/** Waiting would not help. */
const never = (kind: Kind) =>
  badInput({
    path: 'query',
    message: `asks for more at once than is ever allowed in one operation (${kind}). Ask for less, in several.`,
  });

import { readOptions } from '../command-line.ts';

export const redisLossUsage =
  'npm run bench -- redis-loss [--loss every|flush|empty-restart|last-second|put-back] [--holds N] [--buyers N] [--pace PER_SECOND] [--runs N] [--profile]';

/** The most that those have who keep pressing. */
export const CONNECTIONS = 512;

/**
 * - `flush`: FLUSHALL.
 * - `empty-restart`: it is killed, and comes back with nothing.
 * - `last-second`: it is killed, and comes back with what it had a second before: a power cut, or a failover.
 * - `put-back`: it goes on, with what it had of the product a second before: what an operator must not do.
 */
export const LOSSES = ['flush', 'empty-restart', 'last-second', 'put-back'] as const;
export type LossKind = (typeof LOSSES)[number];

/** What a Redis that loses data in the middle of a sale is measured with. */
export interface RedisLossArguments {
  scenario: 'redis-loss';
  /** One, or each in turn. */
  loss: 'every' | LossKind;
  /** Units of the product that are held as it happens. */
  holds: number;
  /** Who have them, a unit or more each. */
  buyers: number;
  /** Presses a second, before and after it. */
  pace: number;
  runs: number;
  /** The gateway, order and catalog write CPU profiles. */
  profile: boolean;
}

/** @throws UsageError */
export function readRedisLossArguments(args: string[]): RedisLossArguments {
  const values = readOptions(args, {
    loss: ['every', ...LOSSES],
    holds: { usual: 10_000, most: 200_000 },
    buyers: { usual: 5_000, most: 100_000 },
    pace: { usual: 200, most: 2_000 },
    runs: { usual: 1, most: 100 },
    profile: 'flag',
  });
  return { scenario: 'redis-loss', ...values, buyers: Math.min(values.buyers, values.holds) };
}

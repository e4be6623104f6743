import { readOptions } from '../command-line.ts';

export const paidOrdersUsage =
  'npm run bench -- paid-orders [--buyers N] [--seconds N] [--burst N] [--connections N] [--provider KAKAOPAY|TOSS_PAYMENTS] [--runs N] [--profile]';

/** What buying, from checkout to CONFIRMED, is measured with. */
export interface PaidOrdersArguments {
  scenario: 'paid-orders';
  /** Who buy at the same time, each the next one as soon as the last is CONFIRMED. */
  buyers: number;
  /** How long they go on; 0: only the burst. */
  seconds: number;
  /** Buyers who have pressed “pay” and come back all at once; 0: none. */
  burst: number;
  /** Over which the burst comes back. */
  connections: number;
  /** Who takes the money. */
  provider: 'KAKAOPAY' | 'TOSS_PAYMENTS';
  runs: number;
  /** The gateway, order and payment write CPU profiles. */
  profile: boolean;
}

/** @throws UsageError */
export function readPaidOrdersArguments(args: string[]): PaidOrdersArguments {
  const values = readOptions(args, {
    buyers: { usual: 64, most: 2_000 },
    seconds: { usual: 60, most: 600, least: 0 },
    burst: { usual: 8_500, most: 100_000, least: 0 },
    connections: { usual: 512, most: 20_000 },
    provider: ['KAKAOPAY', 'TOSS_PAYMENTS'],
    runs: { usual: 1, most: 100 },
    profile: 'flag',
  });
  return { scenario: 'paid-orders', ...values, connections: Math.min(values.connections, values.burst || 1) };
}

import { readOptions } from '../command-line.ts';

export const holdEndUsage = 'npm run bench -- hold-end [--orders N] [--runs N] [--profile]';

/** As many as the gateway lets one socket follow (`LIVE_OPERATIONS`): all that a buyer has. */
export const ORDERS_PER_SOCKET = 100;

/** What the end of many holds is measured with. */
export interface HoldEndArguments {
  scenario: 'hold-end';
  /** Unpaid, each of one unit, whose holds end in the same second. */
  orders: number;
  runs: number;
  /** The gateway and order write CPU profiles. */
  profile: boolean;
}

/** @throws UsageError */
export function readHoldEndArguments(args: string[]): HoldEndArguments {
  const values = readOptions(args, {
    orders: { usual: 2_000, most: 20_000 },
    runs: { usual: 1, most: 100 },
    profile: 'flag',
  });
  return { scenario: 'hold-end', ...values };
}

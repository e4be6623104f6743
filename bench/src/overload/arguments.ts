import { readOptions } from '../command-line.ts';

export const overloadUsage =
  'npm run bench -- overload [--times N] [--seconds N] [--buyers N] [--connections N] [--runs N] [--profile]';

/** What more buyers than the machine can serve is measured with. */
export interface OverloadArguments {
  scenario: 'overload';
  /** So many times what the machine can do come. */
  times: number;
  /** How long they come; the floods beside the full load take half of it. */
  seconds: number;
  buyers: number;
  /** The most that the buyers have between them; who finds none free waits, and that counts. */
  connections: number;
  runs: number;
  /** The gateway and order write CPU profiles. */
  profile: boolean;
}

/** @throws UsageError */
export function readOverloadArguments(args: string[]): OverloadArguments {
  const values = readOptions(args, {
    times: { usual: 3, most: 20, least: 2 },
    seconds: { usual: 30, most: 600, least: 6 },
    buyers: { usual: 2_000, most: 100_000 },
    connections: { usual: 4_000, most: 20_000 },
    runs: { usual: 1, most: 100 },
    profile: 'flag',
  });
  return { scenario: 'overload', ...values };
}

import { readOptions } from '../command-line.ts';

export const liveViewersUsage =
  'npm run bench -- live-viewers [--viewers N] [--changes PER_SECOND] [--seconds N] [--runs N] [--search] [--profile]';

/** What a crowd that watches one product is measured with. */
export interface LiveViewersArguments {
  scenario: 'live-viewers';
  viewers: number;
  /** Checkouts a second. */
  changes: number;
  /** How long the changes go on. */
  seconds: number;
  runs: number;
  /** Looks for the most changes a second that every viewer is shown in time. */
  search: boolean;
  /** The gateway and catalog write CPU profiles. */
  profile: boolean;
}

/** @throws UsageError */
export function readLiveViewersArguments(args: string[]): LiveViewersArguments {
  const values = readOptions(args, {
    viewers: { usual: 10_000, most: 50_000 },
    changes: { usual: 2, most: 1_000 },
    seconds: { usual: 20, most: 600 },
    runs: { usual: 1, most: 100 },
    search: 'flag',
    profile: 'flag',
  });
  return { scenario: 'live-viewers', ...values };
}

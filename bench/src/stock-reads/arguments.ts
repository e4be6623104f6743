import { readOptions } from '../command-line.ts';

export const stockReadsUsage =
  'npm run bench -- stock-reads [--products N] [--seconds N] [--connections N] [--checkouts PER_SECOND] [--runs N] [--profile]';

/** What reading stock is measured with. */
export interface StockReadsArguments {
  scenario: 'stock-reads';
  products: number;
  /** How long the reading goes on. */
  seconds: number;
  /** Each with a buyer of its own, who has one read in flight at a time. */
  connections: number;
  /** A second, so that what is read changes meanwhile. */
  checkouts: number;
  runs: number;
  /** The gateway and catalog write CPU profiles. */
  profile: boolean;
}

/** @throws UsageError */
export function readStockReadsArguments(args: string[]): StockReadsArguments {
  const values = readOptions(args, {
    products: { usual: 1_000, most: 20_000 },
    seconds: { usual: 60, most: 600 },
    connections: { usual: 64, most: 20_000 },
    checkouts: { usual: 20, most: 1_000 },
    runs: { usual: 1, most: 100 },
    profile: 'flag',
  });
  return { scenario: 'stock-reads', ...values };
}

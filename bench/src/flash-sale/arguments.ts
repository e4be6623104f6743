import { readOptions } from '../command-line.ts';

export const flashSaleUsage =
  'npm run bench -- flash-sale [--buyers N] [--stock N] [--connections N] [--runs N] [--sign-ins N] [--watch SECONDS] [--flush] [--profile]';

/** What a sale is measured with. */
export interface FlashSaleArguments {
  scenario: 'flash-sale';
  buyers: number;
  stock: number;
  /** Over which the buyers' requests are spread; never more than there are buyers. */
  connections: number;
  runs: number;
  /** How many people sign in by password, over and over, while the others buy. */
  signIns: number;
  /** Seconds that a person has before each opening, to open the page on which the units can be seen falling. */
  watch: number;
  /** Redis is emptied in the middle of the rush. */
  flush: boolean;
  /** The gateway and order write CPU profiles. */
  profile: boolean;
}

/** @throws UsageError */
export function readFlashSaleArguments(args: string[]): FlashSaleArguments {
  const { 'sign-ins': signIns, ...values } = readOptions(args, {
    buyers: { usual: 10_000, most: 100_000 },
    stock: { usual: 100, most: 1_000_000 },
    connections: { usual: 512, most: 20_000 },
    runs: { usual: 1, most: 100 },
    'sign-ins': { usual: 0, most: 10_000 },
    watch: { usual: 0, most: 600 },
    flush: 'flag',
    profile: 'flag',
  });
  const connections = Math.min(values.buyers, values.connections);
  return { scenario: 'flash-sale', ...values, connections, signIns };
}

import { withAddress } from '../load/address.js';
import { repeat, type Outcome, type Stage } from '../scenario.js';
import type { PaidOrdersArguments } from './arguments.js';
import { describeRun, figures } from './report.js';
import { runPaidOrders } from './run.js';

/** Tokens that the gateway has not seen before are part of it for a while, and nobody buys a thousand times. */
const ACCOUNTS = 2_000;

/** Orders from checkout to CONFIRMED: in a closed loop, and of many who pay at once. */
export async function measurePaidOrders(args: PaidOrdersArguments, stage: Stage): Promise<Outcome> {
  const { platform, progress } = stage;
  const [seller] = await platform.accounts(1, 'SELLER');
  const buyers = await platform.accounts(Math.max(ACCOUNTS, args.buyers), 'BUYER');
  let turn = 0;
  const parts = {
    ...platform,
    processes: { ...platform.processes, 'this report, with the buyers': process.pid },
    seller: seller!,
    nextBuyer: () => buyers[turn++ % buyers.length]!,
    provider: args.provider,
    gateway: await withAddress(new URL('/graphql', platform.gatewayUrl)),
  };
  return repeat(args.runs, stage, {
    run: () => runPaidOrders(parts, { ...args, progress: progress.show }),
    title: `${args.provider}: ${args.buyers} buyers in a closed loop for ${args.seconds} s, then ${args.burst} at once over ${args.connections} connections`,
    describe: describeRun,
    figures,
  });
}

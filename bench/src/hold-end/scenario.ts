import { repeat, type Outcome, type Stage } from '../scenario.js';
import { ORDERS_PER_SOCKET, type HoldEndArguments } from './arguments.js';
import { describeRun, figures } from './report.js';
import { runHoldEnd } from './run.js';

/** Unpaid orders whose holds end in the same second, followed by their buyers and by who watches the product. */
export async function measureHoldEnd(args: HoldEndArguments, stage: Stage): Promise<Outcome> {
  const { platform, progress } = stage;
  const [seller] = await platform.accounts(1, 'SELLER');
  const buyers = await platform.accounts(Math.ceil(args.orders / ORDERS_PER_SOCKET), 'BUYER');
  const processes = { ...platform.processes, 'this report, with who follows': process.pid };
  const parts = { ...platform, processes, seller: seller!, buyers };
  return repeat(args.runs, stage, {
    run: () => runHoldEnd(parts, { ...args, progress: progress.show }),
    title: `${args.orders} holds that end in one second`,
    describe: describeRun,
    figures,
  });
}

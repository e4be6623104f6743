import { openCheckouts } from '../checkouts/checkouts.js';
import { withAddress } from '../load/address.js';
import { repeat, type Outcome, type Stage } from '../scenario.js';
import type { LiveViewersArguments } from './arguments.js';
import { describeRun, figures } from './report.js';
import { runLiveViewers } from './run.js';
import { spawnCrowds } from './viewers/spawn-crowds.js';

/** So many can be buying at the same time; each comes again and again. */
const BUYERS = 500;

/** A crowd that watches one product while others buy it. */
export async function measureLiveViewers(args: LiveViewersArguments, stage: Stage): Promise<Outcome> {
  const { platform, progress } = stage;
  const crowds = await spawnCrowds(args.viewers);
  stage.closeLater(() => crowds.close());
  const [seller] = await platform.accounts(1, 'SELLER');
  const buyers = await platform.accounts(BUYERS, 'BUYER');
  const checkouts = openCheckouts(await withAddress(new URL('/graphql', platform.gatewayUrl)), buyers);
  stage.closeLater(async () => checkouts.close());
  const watching = crowds.pids.map((pid, index) => [`viewers ${index + 1}`, pid] as const);
  const parts = {
    ...platform,
    seller: seller!,
    crowds,
    checkouts,
    processes: { ...platform.processes, ...Object.fromEntries(watching), 'this report': process.pid },
  };
  return repeat(args.runs, stage, {
    run: () => runLiveViewers(parts, { ...args, progress: progress.show }),
    title: `${args.viewers} viewers, ${args.changes} changes a second for ${args.seconds} s`,
    describe: describeRun,
    figures,
  });
}

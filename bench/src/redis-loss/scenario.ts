import { checkoutRequest } from '../checkouts/checkout-request.js';
import { withAddress } from '../load/address.js';
import { spawnGenerator } from '../load/spawn-generator.js';
import { spawnPresses } from '../overload/presses/spawn-presses.js';
import { ANY_KEY, ANY_PRODUCT } from '../overload/presses/stencil.js';
import { repeat, type Outcome, type Stage } from '../scenario.js';
import { CONNECTIONS, LOSSES, type RedisLossArguments } from './arguments.js';
import type { RedisLossParts } from './parts.js';
import { describeRun, figures } from './report.js';
import { runRedisLoss } from './run.js';

const HOLDING_AT_ONCE = 32;

/** A Redis that loses all or some of what it knows while buyers press, with many holds on one product. */
export async function measureRedisLoss(args: RedisLossArguments, stage: Stage): Promise<Outcome> {
  const parts = await openParts(args, stage);
  const outcomes: Outcome[] = [];
  for (const loss of args.loss === 'every' ? LOSSES : [args.loss]) {
    const outcome = await repeat(args.runs, stage, {
      run: () => runRedisLoss(parts, { ...args, loss, progress: stage.progress.show }),
      title: `${loss}, ${args.holds} units held by ${args.buyers} buyers, ${args.pace} presses a second`,
      describe: describeRun,
      figures,
    });
    outcomes.push(outcome);
  }
  return { runs: outcomes.flatMap(({ runs }) => runs), good: outcomes.every(({ good }) => good) };
}

async function openParts(args: RedisLossArguments, stage: Stage): Promise<RedisLossParts> {
  const { platform } = stage;
  const [seller] = await platform.accounts(1, 'SELLER');
  const buyers = await platform.accounts(args.buyers, 'BUYER');
  const gateway = await withAddress(new URL('/graphql', platform.gatewayUrl));
  const generator = await spawnGenerator();
  stage.closeLater(() => generator.close());
  await generator.connect(gateway, HOLDING_AT_ONCE);
  const requests = buyers.map((buyer) => checkoutRequest(gateway, buyer, ANY_PRODUCT, ANY_KEY));
  return {
    ...platform,
    // Redis is another process after each loss.
    processes: without(platform.processes, 'redis'),
    seller: seller!,
    buyers,
    gateway,
    generator,
    openPresses: (productId) =>
      spawnPresses(gateway, {
        checkouts: { requests, products: [{ id: productId }], connections: CONNECTIONS },
      }),
  };
}

const without = (processes: Record<string, number>, name: string) =>
  Object.fromEntries(Object.entries(processes).filter(([each]) => each !== name));

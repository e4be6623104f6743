import { availableParallelism } from 'node:os';
import { checkoutRequest } from '../checkouts/checkout-request.js';
import { putOnSale } from '../checkouts/put-on-sale.js';
import { makeSigners } from '../flash-sale/make-signers.js';
import { describeFloor } from '../floor/describe-floor.js';
import { measureFloor, type Floor } from '../floor/measure-floor.js';
import { withAddress } from '../load/address.js';
import { spawnGenerator } from '../load/spawn-generator.js';
import { repeat, type Outcome, type Stage } from '../scenario.js';
import type { OverloadArguments } from './arguments.js';
import { kindsOf, type People } from './kinds.js';
import { spawnPresses } from './presses/spawn-presses.js';
import { costOfReading } from './reachable.js';
import { describeRun, figures } from './report.js';
import { runOverload } from './run.js';

const STOCK = 1_000_000;
const SIGNERS = 400;
const FLOOR_CONNECTIONS = 64;
const FLOOR_REQUESTS = 10_000;

/** More buyers than the machine can serve, and others beside them. */
export async function measureOverload(args: OverloadArguments, stage: Stage): Promise<Outcome> {
  const { platform, progress, print } = stage;
  const gateway = await withAddress(new URL('/graphql', platform.gatewayUrl));
  const people = await openPeople(args, stage);
  progress.show('measuring the machine’s floor', 0, 1);
  const floor = await floorOf(gateway, people);
  print(describeFloor(floor));

  const presses = await spawnPresses(gateway, kindsOf(gateway, people, args.connections));
  stage.closeLater(() => presses.close());
  const parts = {
    ...platform,
    processes: { ...platform.processes, 'those who come': presses.pid, 'this report': process.pid },
    presses,
    sellingId: people.selling.id,
    stock: STOCK,
    told: new Set<string>(),
    costOfReading: costOfReading(floor, availableParallelism()),
  };
  const outcome = await repeat(args.runs, stage, {
    run: () => runOverload(parts, { ...args, progress: progress.show }),
    title: `${args.buyers} buyers, ${args.times} times as many as can be served for ${args.seconds} s`,
    describe: describeRun,
    figures,
  });
  return { ...outcome, floor };
}

async function openPeople({ buyers: count }: OverloadArguments, { platform }: Stage): Promise<People> {
  const [seller] = await platform.accounts(1, 'SELLER');
  const buyers = await platform.accounts(count, 'BUYER');
  const soldOut = await putOnSale(seller!, 'Sneaker that is gone', 1);
  await buyers[0]!.places([{ productId: soldOut, quantity: 1 }]);
  return {
    buyers,
    signers: await makeSigners(platform, SIGNERS),
    selling: { id: await putOnSale(seller!, 'Sneaker', STOCK), soldOut: false },
    soldOut: { id: soldOut, soldOut: true },
  };
}

/** The very requests, at a server that reads them only. */
async function floorOf(gateway: URL, { buyers, selling }: People): Promise<Floor> {
  const requests = Array.from({ length: FLOOR_REQUESTS }, (_, index) =>
    checkoutRequest(gateway, buyers[index % buyers.length]!, selling.id),
  );
  const generator = await spawnGenerator();
  try {
    return await measureFloor(generator, requests, FLOOR_CONNECTIONS);
  } finally {
    await generator.close();
  }
}

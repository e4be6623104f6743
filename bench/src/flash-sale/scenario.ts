import { randomUUID } from 'node:crypto';
import { checkoutRequest } from '../checkouts/checkout-request.js';
import { describeFloor } from '../floor/describe-floor.js';
import { measureFloor } from '../floor/measure-floor.js';
import { spawnGenerator, type SpawnedGenerator } from '../load/spawn-generator.js';
import { repeat, type Outcome, type Stage } from '../scenario.js';
import type { Figure } from '../report/spread.js';
import type { FlashSaleArguments } from './arguments.js';
import type { FlashSaleParts } from './parts.js';
import { makeSigners } from './make-signers.js';
import { describeRun } from './report.js';
import { runFlashSale, type FlashSaleRun } from './run.js';

const all = (run: FlashSaleRun) => run.outcomes.at(-1);
export const figures: Figure<FlashSaleRun>[] = [
  ['decisions/s', (run) => run.decisionsPerSecond],
  ['checkout since the opening, p50 ms', (run) => all(run)?.sinceOpening?.p50],
  ['checkout since the opening, p99 ms', (run) => all(run)?.sinceOpening?.p99],
  ['checkout service time, p99 ms', (run) => all(run)?.service?.p99],
  ['sold out, ms', (run) => run.soldOutMs.byAnswers],
  ['last CONFIRMED, ms', (run) => run.lastConfirmedMs],
];

/** A sale from its opening to its last confirmed order. */
export async function measureFlashSale(args: FlashSaleArguments, stage: Stage): Promise<Outcome> {
  const { platform, progress, print } = stage;
  const generator = await spawnGenerator();
  stage.closeLater(() => generator.close());
  const parts = await openParts(args, stage, generator);
  progress.show('measuring the machine’s floor', 0, 1);
  const floor = await measureFloor(generator, floorRequests(parts), args.connections);
  print(describeFloor(floor));
  await generator.connect(new URL(platform.gatewayUrl), args.connections);

  const watchAt = (url: string) => print(`\nWatch the units fall; the sale opens in ${args.watch} s: ${url}`);
  const options = { ...args, progress: progress.show, watchAt };
  const outcome = await repeat(args.runs, stage, {
    run: () => runFlashSale(parts, options),
    title: titleOf(args),
    describe: describeRun,
    figures,
  });
  return { ...outcome, floor };
}

const titleOf = ({ buyers, stock, connections, signIns, flush }: FlashSaleArguments) =>
  `${buyers} buyers, ${stock} units, ${connections} connections${signIns > 0 ? `, ${signIns} people who sign in over and over` : ''}${flush ? ', FLUSHALL in the middle' : ''}`;

async function openParts(
  { buyers, signIns }: FlashSaleArguments,
  { platform }: Stage,
  generator: SpawnedGenerator,
): Promise<FlashSaleParts> {
  const [seller] = await platform.accounts(1, 'SELLER');
  return {
    ...platform,
    seller: seller!,
    buyers: await platform.accounts(buyers, 'BUYER'),
    signers: await makeSigners(platform, signIns),
    generator,
    processes: { ...platform.processes, 'load generator': generator.pid, 'this report': process.pid },
  };
}

/** The very requests of a sale, for a server that reads them only. */
const floorRequests = ({ gatewayUrl, buyers }: FlashSaleParts): Buffer[] =>
  buyers.map((buyer) => checkoutRequest(new URL('/graphql', gatewayUrl), buyer, randomUUID()));

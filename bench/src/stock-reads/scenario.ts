import type { Buyer } from '@stampede/shared/testing';
import { openCheckouts } from '../checkouts/checkouts.js';
import { putOnSale } from '../checkouts/put-on-sale.js';
import { describeFloor } from '../floor/describe-floor.js';
import { measureFloor, type Floor } from '../floor/measure-floor.js';
import { withAddress } from '../load/address.js';
import { spawnGenerator } from '../load/spawn-generator.js';
import { repeat, type Outcome, type Stage } from '../scenario.js';
import type { StockReadsArguments } from './arguments.js';
import { spawnReader } from './reader/spawn-reader.js';
import { stockRequest } from './reader/stock-request.js';
import { describeRun, figures } from './report.js';
import { runStockReads } from './run.js';

const STOCK = 100_000;
const MADE_AT_ONCE = 16;
const FLOOR_REQUESTS = 10_000;

/** Signed-in people who read the stock of many products while some of them are bought. */
export async function measureStockReads(args: StockReadsArguments, stage: Stage): Promise<Outcome> {
  const { platform, progress, print } = stage;
  const [seller] = await platform.accounts(1, 'SELLER');
  const buyers = await platform.accounts(args.connections, 'BUYER');
  const productIds = await putAllOnSale(seller!, args.products, progress.show);
  const gateway = await withAddress(new URL('/graphql', platform.gatewayUrl));
  const requests = buyers.map(({ account }) => stockRequest(gateway, account.accessToken));
  progress.show('measuring the machine’s floor', 0, 1);
  const floor = await floorOf(requests);
  print(describeFloor(floor));

  const reader = await spawnReader(gateway, requests);
  stage.closeLater(() => reader.close());
  const checkouts = openCheckouts(gateway, buyers);
  stage.closeLater(async () => checkouts.close());
  const processes = { ...platform.processes, 'load generator': reader.pid, 'this report': process.pid };
  const parts = { ...platform, processes, productIds, reader, checkouts };
  const outcome = await repeat(args.runs, stage, {
    run: () => runStockReads(parts, { ...args, progress: progress.show }),
    title: `${args.products} products, ${args.connections} callers, ${args.checkouts} checkouts a second, ${args.seconds} s`,
    describe: describeRun,
    figures,
  });
  return { ...outcome, floor };
}

async function putAllOnSale(
  seller: Buyer,
  count: number,
  progress: Stage['progress']['show'],
): Promise<string[]> {
  const ids: string[] = [];
  const numbers = Array.from({ length: count }, (_, index) => index + 1).values();
  const maker = async () => {
    for (const number of numbers) {
      ids.push(await putOnSale(seller, `Sneaker ${number}`, STOCK));
      progress('putting products on sale', ids.length, count);
    }
  };
  await Promise.all(Array.from({ length: MADE_AT_ONCE }, maker));
  return ids;
}

/** What the same requests reach at a server that reads them only. */
async function floorOf(requests: Buffer[]): Promise<Floor> {
  const generator = await spawnGenerator();
  try {
    const many = Array.from({ length: FLOOR_REQUESTS }, (_, index) => requests[index % requests.length]!);
    return await measureFloor(generator, many, requests.length);
  } finally {
    await generator.close();
  }
}

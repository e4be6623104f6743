import { openShop, type Shop } from '@stampede/shared/testing';
import { isWanted, type FaultArguments } from '../arguments.js';
import { describeTried, type Tried } from '../tried.js';
import { listFaults, type ServerFault } from './faults.js';
import { openJudge } from './judge.js';
import { openLinks } from './links.js';
import { openServers } from './own-servers.js';
import { openSale } from './sale.js';
import { tryFault, tryInvariants } from './try-fault.js';
import { openViewers, type Viewers } from './viewers.js';

/** They do nothing but buy and look, more than people could. */
const RATES = 'checkout=off,payment=off,read=off,mutation=off';

/** Takes servers and networks away from one running sale, one at a time. @returns how many faults did not hold */
export async function tryServers(args: Pick<FaultArguments, 'only' | 'list'>): Promise<number> {
  const order = await openServers();
  const opened: AsyncDisposable[] = [];
  const own = <T extends AsyncDisposable>(part: T): T => {
    opened.push(part);
    return part;
  };
  try {
    const links = own(openLinks());
    const shop = own(
      await openShop({
        stock: 1_000_000,
        limitPerBuyer: 1_000,
        wire: links.wire,
        env: { gateway: { RATES_PER_ACCOUNT: RATES, RATES_PER_ADDRESS: RATES } },
      }),
    );
    const faults = listFaults(links, order).filter(({ name }) => isWanted(args, name));
    if (!args.list) return await tryAll(shop, faults, own(openViewers(shop)));
    for (const { name } of faults) console.log(name);
    return 0;
  } finally {
    for (const part of opened.toReversed()) await part[Symbol.asyncDispose]();
  }
}

async function tryAll(shop: Shop, faults: readonly ServerFault[], viewers: Viewers): Promise<number> {
  let broken = 0;
  const tell = (tried: Tried): void => {
    if (tried.problem !== undefined) broken += 1;
    console.log(describeTried(tried));
  };
  const judge = openJudge();
  const sale = await openSale(shop, judge);
  try {
    for (const fault of faults) {
      tell(await tryFault({ shop, sale, judge, viewers }, fault));
      console.log(`        ${judge.tally()}`);
    }
  } finally {
    await sale[Symbol.asyncDispose]();
  }
  tell(await tryInvariants({ shop }));
  console.log(`${faults.length} tried, ${broken} broken`);
  return broken;
}

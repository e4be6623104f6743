import { openShop } from '@stampede/shared/testing';
import { isWanted, type FaultArguments } from '../arguments.js';
import { describeTried, type Tried } from '../tried.js';
import { listFaults } from './faults.js';
import { openJudge } from './judge.js';
import { openLinks } from './links.js';
import { openServers } from './own-servers.js';
import { openSale } from './sale.js';
import { tryFault, tryInvariants } from './try-fault.js';
import { openViewers } from './viewers.js';

/** They do nothing but buy and look, more than people could. */
const RATES = 'checkout=off,payment=off,read=off,mutation=off';

/** Takes servers and networks away from one running sale, one at a time. @returns how many faults did not hold */
export async function tryServers(args: Pick<FaultArguments, 'only' | 'list'>): Promise<number> {
  const order = await openServers();
  await using links = openLinks();
  await using shop = await openShop({
    stock: 1_000_000,
    limitPerBuyer: 1_000,
    wire: links.wire,
    env: { gateway: { RATES_PER_ACCOUNT: RATES, RATES_PER_ADDRESS: RATES } },
  });
  const faults = listFaults(links, order).filter(({ name }) => isWanted(args, name));
  if (args.list) {
    for (const { name } of faults) console.log(name);
    return 0;
  }
  let broken = 0;
  const tell = (tried: Tried): void => {
    if (tried.problem !== undefined) broken += 1;
    console.log(describeTried(tried));
  };
  const judge = openJudge();
  await using viewers = openViewers(shop);
  {
    await using sale = await openSale(shop, judge);
    const trial = { shop, sale, judge, viewers };
    for (const fault of faults) {
      tell(await tryFault(trial, fault));
      console.log(`        ${judge.tally()}`);
    }
  }
  tell(await tryInvariants({ shop }));
  console.log(`${faults.length} tried, ${broken} broken`);
  return broken;
}

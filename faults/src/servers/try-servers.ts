import { isWanted, type FaultArguments } from '../arguments.js';
import { describeTried, type Tried } from '../tried.js';
import { openServers, SERVERS, type Order } from './own-servers.js';
import { inTroubledShop, type TroubledShop } from './troubled-shop.js';
import { tryFault } from './try-fault.js';
import { tryInvariants } from './try-invariants.js';

type Asked = Pick<FaultArguments, 'only' | 'list' | 'shops'>;

/**
 * Takes servers and networks away from running sales, one at a time in each. Servers are those of all shops, so that
 * they are taken from one shop alone; the networks of several shops have nothing to do with each other.
 *
 * @returns how many faults did not hold
 */
export async function tryServers(args: Asked): Promise<number> {
  const order = await openServers();
  return inTroubledShop(order, async (first) => {
    const names = [...first.faults.keys()].filter((name) => isWanted(args, name));
    if (!args.list) return tryAll(first, { names, order, shops: args.shops });
    for (const name of names) console.log(name);
    return 0;
  });
}

async function tryAll(
  first: TroubledShop,
  { names, order, shops }: { names: readonly string[]; order: Order; shops: number },
): Promise<number> {
  const ofServers = names.filter((name) => SERVERS.some((server) => name.startsWith(`${server} `)));
  const ofNetworks = names.filter((name) => !ofServers.includes(name));
  let broken = 0;
  const tell = (tried: Tried): void => {
    if (tried.problem !== undefined) broken += 1;
    console.log(describeTried(tried));
  };
  const workOff = async (shop: TroubledShop, left: string[]): Promise<void> => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      tell(await tryFault(shop, shop.faults.get(name)!));
      console.log(`        ${shop.judge.tally()}`);
    }
  };
  const workOffNetworks = async (shop: TroubledShop): Promise<void> => {
    await workOff(shop, ofNetworks);
    await shop.sale[Symbol.asyncDispose]();
    tell(await tryInvariants(shop));
  };
  await workOff(first, ofServers);
  const others = Array.from({ length: Math.min(shops, ofNetworks.length) - 1 }, () =>
    inTroubledShop(order, workOffNetworks),
  );
  await Promise.all([workOffNetworks(first), ...others]);
  console.log(`${names.length} tried, ${broken} broken`);
  return broken;
}

import { openShop, type Shop } from '@stampede/shared/testing';
import { listFaults, type ServerFault } from './faults.js';
import { openJudge, type Judge } from './judge.js';
import { openLinks } from './links.js';
import type { Order } from './own-servers.js';
import { openSale, type Sale } from './sale.js';
import { openViewers, type Viewers } from './viewers.js';

/** A shop in which people buy and look on, and everything that can be taken away from it. */
export interface TroubledShop {
  shop: Shop;
  sale: Sale;
  judge: Judge;
  viewers: Viewers;
  /** By their names, in the order in which they are tried. */
  faults: ReadonlyMap<string, ServerFault>;
}

/** They do nothing but buy and look, more than people could. */
const RATES = 'checkout=off,payment=off,read=off,mutation=off';

/** Runs `work` in a shop of its own, which is closed with it. */
export async function inTroubledShop<T>(order: Order, work: (shop: TroubledShop) => Promise<T>): Promise<T> {
  const opened = new AsyncDisposableStack();
  try {
    return await work(await open(order, opened));
  } finally {
    await opened.disposeAsync();
  }
}

async function open(order: Order, opened: AsyncDisposableStack): Promise<TroubledShop> {
  const links = opened.use(openLinks());
  const shop = opened.use(
    await openShop({
      stock: 1_000_000,
      limitPerBuyer: 1_000,
      wire: links.wire,
      env: { gateway: { RATES_PER_ACCOUNT: RATES, RATES_PER_ADDRESS: RATES } },
    }),
  );
  const viewers = opened.use(openViewers(shop));
  const judge = openJudge();
  const sale = opened.use(await openSale(shop, judge));
  const faults = new Map(listFaults(links, order).map((fault) => [fault.name, fault]));
  return { shop, sale, judge, viewers, faults };
}

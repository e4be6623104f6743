import { keysOf } from './redis-memory.js';
import type { Scheduler } from 'fast-check';
import { openBank, type Bank } from './bank/bank.js';
import { BEGINNING, setClock, type Clock } from './clock.js';
import { openBroker, type Broker } from './deliveries.js';
import { History } from './history.js';
import { JOBS, type JobName } from './jobs.js';
import type { Service, Stall } from './life.js';
import { openPlatform, type Platform } from './platform.js';
import { openSale, productIdOf, type Sale } from './sale.js';
import type { Stores } from './stores.js';

/** All that a history acts on. */
export interface World {
  stores: Stores;
  clock: Clock;
  history: History;
  bank: Bank;
  platform: Platform;
  broker: Broker;
  productIds: string[];
  /** Lets time pass; calls that are under way at the bank have their effect in it. */
  wait(ms: number): Promise<void>;
  /** Begins one round of a job. */
  begin(job: JobName, stall?: Stall): void;
  crash(service: Service): void;
  /** What a platform does by itself all the time: effects are told to Redis, messages are delivered. */
  attend(): Promise<void>;
  /** Decisions of each product, by its id, as the services counted them; those of a process that crashed may be told or not. */
  decided: Map<string, number>;
  hasCrashed: boolean;
  /** Redis as it was when somebody last looked. */
  remembered: Map<string, Record<string, string>>;
}

export async function openWorld(
  stores: Stores,
  clock: Clock,
  scheduler: Scheduler,
  sale: Sale,
): Promise<World> {
  await stores.clear();
  await setClock({ ...stores, admin: stores.admin.order, key: stores.clockKey }, clock, BEGINNING);
  await openSale(stores, sale);
  const productIds = sale.stocks.map((_, index) => productIdOf(index));
  const history = new History(clock, scheduler, () => checkSums(stores, productIds));
  const bank = openBank(clock, sale.refunds);
  const platform = openPlatform(stores, bank);
  const broker = openBroker(stores, platform, history);
  const underWay = new Set<JobName>();
  const begin = (name: JobName, stall?: Stall): void => {
    const { service, run } = JOBS[name];
    // What it fails with is logged by its loop, which comes again.
    underWay.add(name);
    history
      .start(service, name, async () => run(stores, platform), stall)
      .catch(() => undefined)
      .finally(() => underWay.delete(name));
  };
  const world: World = {
    stores,
    clock,
    history,
    bank,
    platform,
    broker,
    productIds,
    remembered: new Map(),
    wait: async (ms) => {
      await setClock({ ...stores, admin: stores.admin.order, key: stores.clockKey }, clock, clock.now + ms);
      bank.land();
    },
    begin,
    crash: (service) => {
      history.crash(service);
      platform.restart(service);
      if (service === 'order') world.hasCrashed = true;
    },
    attend: async () => {
      if (!sale.isDiligent) return;
      await broker.collect();
      broker.deliverAll();
      for (const name of ['effects of order', 'effects of catalog'] as const)
        if (!underWay.has(name)) begin(name);
    },
    decided: new Map(),
    hasCrashed: false,
  };
  return world;
}

/** Invariant 1, at every instant. */
async function checkSums({ redis, namespace }: Stores, productIds: readonly string[]): Promise<void> {
  const stocks = await Promise.all(
    productIds.map((id) => redis.hmget(keysOf(namespace, id)[0], 'total', 'available', 'held', 'sold')),
  );
  for (const [index, [total, ...parts]] of stocks.entries()) {
    if (total === null || total === undefined) continue;
    const [available = 0, held = 0, sold = 0] = parts.map(Number);
    if (Number(total) === available + held + sold && available >= 0 && held >= 0 && sold >= 0) continue;
    throw new Error(`product ${index}: ${total} = ${available} + ${held} + ${sold} in Redis`);
  }
}

import type { Handler } from '@stampede/shared/messaging';
import type { Guard } from '@stampede/shared/redis';
import { openSealer } from '@stampede/shared/sealing';
import { openLog, type Metrics } from '@stampede/shared/telemetry';
import { handlers as ofCatalog } from '@stampede/catalog/handlers';
import { askOrderForRebuild } from '@stampede/catalog/rebuild/ask-order';
import type { CheckoutParts } from '@stampede/order/checkout/checkout';
import { handlers as ofOrder } from '@stampede/order/handlers';
import { openListingRefresh } from '@stampede/order/listing/refresh-listing';
import { openRebuilds, type Rebuilds } from '@stampede/order/rebuild/rebuilds';
import { openCheckoutCounts, type CheckoutCounts } from '@stampede/order/sale-figures/checkout-counts';
import { openTeller } from '@stampede/order/sale-figures/tell-counts';
import { openApprovals } from '@stampede/payment/approvals/approvals';
import { bookingHandlers } from '@stampede/payment/books/booking';
import { handlers as ofPayment } from '@stampede/payment/handlers';
import { openOrderClient } from '@stampede/payment/order-client';
import type { PaymentParts } from '@stampede/payment/payment-parts';
import { answersOfCatalog, answersOfOrder, askingOf } from './asks.js';
import type { Bank } from './bank/bank.js';
import type { Service } from './life.js';
import type { Stores } from './stores.js';

/** Nothing is counted. */
const nothing: unknown = new Proxy(() => nothing, { get: () => nothing });
const metrics = nothing as Metrics;
const log = openLog('saga', process.env.SAGA_LOG ?? 'silent');
const sealer = openSealer(
  `local-only-1:${Buffer.alloc(32, 1).toString('base64')},index:${Buffer.alloc(32, 2).toString('base64')}`,
);

/** Every lock is advisory, so that nothing may be wrong where nobody ever gets one: here nobody does. */
const guard = { inTurn: <T>(_name: string, _times: unknown, work: () => Promise<T>) => work() } as Guard;

const FEE_BASIS_POINTS = 300;

/** One process of each service, as `main.ts` puts it together, without its loops: the history runs those. */
export interface Platform {
  checkout: CheckoutParts;
  rebuilds: Rebuilds;
  counts: CheckoutCounts;
  /** Tells what was counted. */
  tellCounts(): Promise<void>;
  /** As catalog asks for one. */
  askForRebuild: ReturnType<typeof askOrderForRebuild>;
  payment: PaymentParts;
  /** Who hears of what. Booking is its own consumer. */
  consumers: { service: Service; queue: string; handler: Handler }[];
  /** Has a service start anew, with an empty memory. */
  restart(service: Service): void;
}

/** As a loop does: never two at once. */
function oneAfterTheOther(work: () => Promise<void>): () => Promise<void> {
  let before = Promise.resolve();
  return () => (before = before.catch(() => undefined).then(work));
}

export function openPlatform(stores: Stores, bank: Bank): Platform {
  const { databases, inventory } = stores;
  const platform = { restart } as Platform;
  const consumers: Partial<Record<Service, Platform['consumers']>> = {};
  const catalogAsked = askingOf('catalog', answersOfCatalog(stores));
  const orderAsked = askingOf(
    'order',
    answersOfOrder(stores, () => platform.rebuilds),
  );
  const consumersOf = (service: Service, handlers: readonly Handler[], part = '') =>
    handlers.map((handler) => ({ service, queue: `${service}${part}.${handler.type.name}`, handler }));

  function restart(service: Service): void {
    switch (service) {
      case 'order': {
        const { order: database } = databases;
        const rebuilds = openRebuilds({ database, inventory, catalog: catalogAsked, guard, log, metrics });
        const refreshListing = openListingRefresh({ database, catalog: catalogAsked });
        platform.rebuilds = rebuilds;
        platform.checkout = {
          database,
          inventory,
          rebuilds,
          guard,
          refreshListing,
          findSavedAddress: () => Promise.resolve(null),
          sealer,
        };
        platform.counts = openCheckoutCounts();
        platform.tellCounts = oneAfterTheOther(openTeller({ database, counts: platform.counts }).tell);
        consumers.order = consumersOf('order', ofOrder(rebuilds));
        break;
      }
      case 'catalog':
        platform.askForRebuild = askOrderForRebuild(orderAsked, log);
        consumers.catalog = consumersOf('catalog', ofCatalog);
        break;
      case 'payment': {
        const { payment: database } = databases;
        platform.payment = {
          database,
          providers: bank.providers,
          orders: openOrderClient(orderAsked),
          approvals: openApprovals(database),
          sealer,
          log,
        };
        consumers.payment = [
          ...consumersOf('payment', ofPayment),
          ...consumersOf('payment', bookingHandlers(FEE_BASIS_POINTS), '.books'),
        ];
        break;
      }
    }
    platform.consumers = Object.values(consumers).flat();
  }

  restart('order');
  restart('catalog');
  restart('payment');
  return platform;
}

export { log, metrics };

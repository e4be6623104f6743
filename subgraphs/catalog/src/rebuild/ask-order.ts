import { openOutage } from '@stampede/shared/background';
import { Unavailable } from '@stampede/shared/errors';
import type { ServiceClient } from '@stampede/shared/subgraph';
import type { Log } from '@stampede/shared/telemetry';
import { randomUUID } from 'node:crypto';
import { NoTurn, openSlots } from '../slots.js';

/**
 * What is rebuilt at once for whoever only looks: a list of products that Redis has forgotten is to leave order and
 * PostgreSQL to the buyers. What gets no turn is COLD still, and asked for by whoever looks next.
 */
const LOOKING = { slots: 4, queue: 1_000, patienceMs: 10_000 };

/** Order may be started after us; the effects of stock ask again within this time. */
const QUIET_MS = 10_000;

type Ask = (productId: string) => Promise<void>;

/** Has order, which owns rebuilds, make a product’s keys appear again; one question at a time for each product. */
export function askOrderForRebuild(order: ServiceClient, log: Log) {
  const slots = openSlots(LOOKING);
  const outage = openOutage(log, 'the rebuilding of products for changes of stock', QUIET_MS);
  const ask: Ask = async (productId) => {
    await order.ask(
      'mutation ($productId: ID!) { warmStock(productId: $productId) }',
      { productId },
      randomUUID(),
    );
  };
  const now = once(async (productId) => {
    try {
      await slots.run(() => ask(productId));
    } catch (error) {
      throw error instanceof NoTurn ? new Unavailable('a turn for a rebuild', { cause: error }) : error;
    }
  });
  return {
    /** Resolves when the product is there; a few at a time. @throws Unavailable */
    now,
    /** In the background: whoever waits for it comes again by itself. */
    later: (productId: string): void => {
      now(productId).then(outage.ended, outage.began);
    },
    /** As `now`, for a change that cannot be decided otherwise: it waits for nobody who looks. @throws Unavailable */
    atOnce: once(ask),
  };
}

/** Who asks for a product while it is being asked for has the same answer. */
function once(ask: Ask): Ask {
  const asking = new Map<string, Promise<void>>();
  return (productId) => {
    const running = asking.get(productId) ?? ask(productId).finally(() => asking.delete(productId));
    asking.set(productId, running);
    return running;
  };
}

import type { ServiceClient } from '@stampede/shared/subgraph';
import type { Log } from '@stampede/shared/telemetry';
import { randomUUID } from 'node:crypto';

/** Has order, which owns rebuilds, make a product’s keys appear again; one question at a time for each product. */
export function askOrderForRebuild(order: ServiceClient, log: Log) {
  const asking = new Map<string, Promise<void>>();

  function now(productId: string): Promise<void> {
    const running = asking.get(productId) ?? ask(productId).finally(() => asking.delete(productId));
    asking.set(productId, running);
    return running;
  }
  async function ask(productId: string): Promise<void> {
    await order.ask(
      'mutation ($productId: ID!) { warmStock(productId: $productId) }',
      { productId },
      randomUUID(),
    );
  }
  return {
    /** Resolves when the product is there. @throws Unavailable */
    now,
    /** In the background: whoever waits for it comes again by itself. */
    later: (productId: string): void => {
      now(productId).catch((error: Error) => log.warn({ err: error, productId }, 'no rebuild yet'));
    },
  };
}

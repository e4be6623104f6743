import { askOncePer } from '@stampede/shared/background';
import type { ServiceClient } from '@stampede/shared/subgraph';
import { randomUUID } from 'node:crypto';
import { z } from 'zod';

const answer = z.object({
  openingSale: z.object({ name: z.string(), opensAt: z.coerce.date() }).nullable(),
});

/** A sale that is still to open, as it stands now. */
export type OpeningSale = NonNullable<z.infer<typeof answer>['openingSale']>;

/** Null of a sale that has opened, or that will not as things are. @throws Unavailable when catalog is away. */
export type ReadOpeningSale = (productId: string) => Promise<OpeningSale | null>;

const REMEMBER_MS = 1_000;
const QUESTION = `query ($productId: ID!) { openingSale(productId: $productId) { name opensAt } }`;

/**
 * Asks catalog, once a second for each product, however many mails there are of it.
 *
 * @param now milliseconds of a clock that never goes back.
 */
export function openOpeningSales(
  catalog: Pick<ServiceClient, 'ask'>,
  now: () => number = () => performance.now(),
): ReadOpeningSale {
  async function ask(productId: string): Promise<OpeningSale | null> {
    return answer.parse(await catalog.ask(QUESTION, { productId }, randomUUID())).openingSale;
  }

  return askOncePer(REMEMBER_MS, ask, { failuresToo: true, now });
}

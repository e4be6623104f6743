import type { ServiceClient } from '@stampede/shared/subgraph';
import { randomUUID } from 'node:crypto';

/** Orders of a product by where they stand, each in one place; order documents the fields. */
export interface SaleFunnel {
  held: number;
  paying: number;
  paid: number;
  confirmed: number;
  expired: number;
  cancelled: number;
}

export interface SaleFunnels {
  /** A second old at most. @throws Unavailable when order is away. */
  read(productId: string): Promise<SaleFunnel>;
}

const REMEMBER_MS = 1_000;

/**
 * Asks order, once a second for each product, however many look at it.
 *
 * @param now milliseconds of a clock that never goes back.
 */
export function openSaleFunnels(
  order: Pick<ServiceClient, 'ask'>,
  now: () => number = () => performance.now(),
): SaleFunnels {
  /** The oldest first. */
  const remembered = new Map<string, { until: number; funnel: Promise<SaleFunnel> }>();

  function forgetOld(): void {
    for (const [productId, { until }] of remembered) {
      if (until > now()) return;
      remembered.delete(productId);
    }
  }

  async function ask(productId: string): Promise<SaleFunnel> {
    const { saleFunnel } = await order.ask<{ saleFunnel: SaleFunnel }>(
      `query ($productId: ID!) {
        saleFunnel(productId: $productId) { held paying paid confirmed expired cancelled }
      }`,
      { productId },
      randomUUID(),
    );
    return saleFunnel;
  }

  return {
    read: async (productId) => {
      forgetOld();
      const known = remembered.get(productId);
      if (known) return known.funnel;
      const entry = { until: now() + REMEMBER_MS, funnel: ask(productId) };
      remembered.set(productId, entry);
      try {
        return await entry.funnel;
      } catch (error) {
        // Whoever comes next asks again.
        if (remembered.get(productId) === entry) remembered.delete(productId);
        throw error;
      }
    },
  };
}

import { askOncePer } from '@stampede/shared/background';
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
export function openSaleFunnels(order: Pick<ServiceClient, 'ask'>, now?: () => number): SaleFunnels {
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

  // Of a failure whoever comes next asks again.
  return { read: askOncePer(REMEMBER_MS, ask, { ...(now && { now }) }) };
}

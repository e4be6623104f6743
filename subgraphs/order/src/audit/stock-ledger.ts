import type { ServiceClient } from '@stampede/shared/subgraph';
import { randomUUID } from 'node:crypto';

/** What catalog knows of a product's stock beside its book; it documents the fields. */
export interface StockLedger {
  total: number;
  version: number;
  epoch: number;
  settingsPending: boolean;
  pending: string[];
}

/** @returns null when catalog knows no such product. */
export async function fetchStockLedger(
  catalog: ServiceClient,
  productId: string,
): Promise<StockLedger | null> {
  const { stockLedger } = await catalog.ask<{ stockLedger: StockLedger | null }>(
    `query ($productId: ID!) {
      stockLedger(productId: $productId) { total version epoch settingsPending pending }
    }`,
    { productId },
    randomUUID(),
  );
  return stockLedger;
}

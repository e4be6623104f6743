import type { SaleSettings } from '@stampede/shared/inventory';
import type { ServiceClient } from '@stampede/shared/subgraph';
import { randomUUID } from 'node:crypto';

/** What catalog answers in step 3; it documents the fields. */
export interface StockTruth extends SaleSettings {
  listing: string;
}

/** An order's line of a product in catalog's book of stock. */
export interface BookLine {
  orderId: string;
  buyerId: string;
  quantity: number;
  epoch: number;
  serial: number;
  status: 'COMMITTED' | 'RETURNED';
}

/** Units of an order that, for all that order knows, catalog has not committed. */
export interface UnconfirmedLine {
  orderId: string;
  quantity: number;
}

/**
 * Step 3. Catalog stores the epoch, decides with what is unconfirmed whether units can be taken back, and tells the
 * settings; null when its epoch is not older.
 */
export async function fetchStockTruth(
  catalog: ServiceClient,
  productId: string,
  epoch: number,
  unconfirmed: readonly UnconfirmedLine[],
): Promise<StockTruth | null> {
  const { stockTruth } = await catalog.ask<{ stockTruth: StockTruth | null }>(
    `mutation ($productId: ID!, $epoch: SafeInt!, $unconfirmed: [UnconfirmedLine!]!) {
      stockTruth(productId: $productId, epoch: $epoch, unconfirmed: $unconfirmed) {
        total version opensAt closesAt limitPerBuyer holdMinutes paused termsVersion listing
      }
    }`,
    { productId, epoch, unconfirmed },
    randomUUID(),
  );
  return stockTruth;
}

/** A page of catalog's book of stock, by order id; a short one is the last. */
export async function fetchBookPage(
  catalog: ServiceClient,
  productId: string,
  page: { after: string | null; first: number },
): Promise<BookLine[]> {
  const { stockBook } = await catalog.ask<{ stockBook: BookLine[] }>(
    `query ($productId: ID!, $after: ID, $first: Int!) {
      stockBook(productId: $productId, after: $after, first: $first) {
        orderId buyerId quantity epoch serial status
      }
    }`,
    { productId, ...page },
    randomUUID(),
  );
  return stockBook;
}

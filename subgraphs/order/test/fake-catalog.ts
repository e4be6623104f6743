import { randomUUID } from 'node:crypto';
import type { ServiceClient } from '@stampede/shared/subgraph';
import type { StockTruth } from '../src/rebuild/steps.js';

type Product = Omit<StockTruth, 'listing'> & { epoch: number };

/** Catalog's side of a rebuild, as its own step 3 answers; what it knows may be changed while a test runs. */
export function openFakeCatalog() {
  const products = new Map<string, Product>();
  const asked = { productExists: 0, stockTruth: 0 };
  let beforeTruth: () => Promise<unknown> = () => Promise.resolve();

  async function stockTruth(productId: string, epoch: number): Promise<StockTruth | null> {
    asked.stockTruth += 1;
    await beforeTruth();
    const product = products.get(productId);
    if (!product || product.epoch >= epoch) return null;
    product.epoch = epoch;
    const { epoch: _, ...truth } = product;
    return { ...truth, listing: JSON.stringify(listingOf(productId, truth.version)) };
  }

  const client: ServiceClient = {
    ask: async <T>(query: string, { productId, epoch }: Record<string, unknown>) => {
      if (query.includes('productExists')) {
        asked.productExists += 1;
        return { productExists: products.has(String(productId)) } as T;
      }
      return { stockTruth: await stockTruth(String(productId), Number(epoch)) } as T;
    },
    close: () => Promise.resolve(),
  };

  return {
    client,
    /** How often it was asked. */
    asked,
    /** Runs before each answer of step 3. */
    onTruth: (action: () => Promise<unknown>) => {
      beforeTruth = action;
    },
    /** Puts a product on sale. @returns its id */
    sells: (product: Partial<Product> = {}, productId: string = randomUUID()): string => {
      const usual = {
        version: 1,
        opensAt: 0,
        closesAt: null,
        limitPerBuyer: 2,
        holdMinutes: 30,
        paused: false,
      };
      products.set(productId, { epoch: 0, total: 10, committed: [], returned: [], ...usual, ...product });
      return productId;
    },
    /** What it knows of a product, to be changed. */
    of: (productId: string): Product => {
      const product = products.get(productId);
      if (!product) throw new Error('there is no such product');
      return product;
    },
  };
}

const listingOf = (productId: string, version: number) => ({
  productId,
  sellerId: randomUUID(),
  name: 'Test sneaker',
  unitPrice: 1_000,
  refundPolicy: { usedOn: null, tiers: [{ daysBefore: 0, percent: 100 }] },
  version,
});

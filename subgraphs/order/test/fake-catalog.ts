import { randomUUID } from 'node:crypto';
import type { ServiceClient } from '@stampede/shared/subgraph';
import type { StockLedger } from '../src/audit/stock-ledger.js';
import type { BookLine, StockTruth, UnconfirmedLine } from '../src/rebuild/stock-truth.js';

/** What it knows of a product; its committed and returned orders, in whatever order. */
type Product = Omit<StockTruth, 'listing'> & {
  epoch: number;
  committed: Omit<BookLine, 'status'>[];
  returned: Omit<BookLine, 'status'>[];
  /** Orders whose effects wait in catalog, and whether settings do. */
  pending: string[];
  settingsPending: boolean;
  unitPrice: number;
};

type Question = Record<string, unknown>;

/** Catalog's side of a rebuild, as its own step 3 answers; what it knows may be changed while a test runs. */
export function openFakeCatalog() {
  const products = new Map<string, Product>();
  const asked = { productExists: 0, productListing: 0, stockTruth: 0, stockBook: 0, stockLedger: 0 };
  let beforeTruth: (unconfirmed: UnconfirmedLine[]) => Promise<unknown> = () => Promise.resolve();
  let beforeBook: () => Promise<unknown> = () => Promise.resolve();

  const answers: Record<keyof typeof asked, (question: Question) => unknown> = {
    productExists: ({ productId }) => products.has(String(productId)),
    productListing: ({ productId }) => {
      const product = products.get(String(productId));
      return product ? JSON.stringify(listingOf(String(productId), product)) : null;
    },
    stockTruth: async ({ productId, epoch, unconfirmed }): Promise<StockTruth | null> => {
      await beforeTruth(unconfirmed as UnconfirmedLine[]);
      const product = products.get(String(productId));
      if (!product || product.epoch >= Number(epoch)) return null;
      product.epoch = Number(epoch);
      const {
        epoch: _,
        committed: __,
        returned: ___,
        pending: ____,
        settingsPending: _____,
        unitPrice: ______,
        ...truth
      } = product;
      return { ...truth, listing: JSON.stringify(listingOf(String(productId), product)) };
    },
    stockLedger: ({ productId }): StockLedger | null => {
      const product = products.get(String(productId));
      if (!product) return null;
      const { total, version, epoch, settingsPending, pending } = product;
      return { total, version, epoch, settingsPending, pending };
    },
    stockBook: async ({ productId, after, first }): Promise<BookLine[]> => {
      await beforeBook();
      const { committed = [], returned = [] } = products.get(String(productId)) ?? {};
      return [
        ...committed.map((line) => ({ ...line, status: 'COMMITTED' as const })),
        ...returned.map((line) => ({ ...line, status: 'RETURNED' as const })),
      ]
        .filter(({ orderId }) => orderId > (typeof after === 'string' ? after : ''))
        .toSorted((a, b) => (a.orderId < b.orderId ? -1 : 1))
        .slice(0, Number(first));
    },
  };

  const client: ServiceClient = {
    ask: async <T>(query: string, question: Question) => {
      const field = (Object.keys(asked) as (keyof typeof asked)[]).find((name) => query.includes(`${name}(`));
      if (!field) throw new Error(`catalog does not know ${query}`);
      asked[field] += 1;
      return { [field]: await answers[field](question) } as T;
    },
    close: () => Promise.resolve(),
  };

  return {
    client,
    /** How often it was asked. */
    asked,
    /** Runs before each answer of step 3. */
    onTruth: (action: typeof beforeTruth) => {
      beforeTruth = action;
    },
    /** Runs before each page of its book. */
    onBook: (action: typeof beforeBook) => {
      beforeBook = action;
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
        termsVersion: 1,
      };
      products.set(productId, {
        epoch: 0,
        total: 10,
        committed: [],
        returned: [],
        pending: [],
        settingsPending: false,
        unitPrice: 1_000,
        ...usual,
        ...product,
      });
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

const listingOf = (productId: string, { version, unitPrice }: Product) => ({
  productId,
  sellerId: randomUUID(),
  name: 'Test sneaker',
  unitPrice,
  refundPolicy: { usedOn: null, tiers: [{ daysBefore: 0, percent: 100 }] },
  version,
});

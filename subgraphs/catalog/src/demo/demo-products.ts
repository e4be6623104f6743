import type { ProductInput } from '../create-product/product-input.js';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

export interface DemoProduct {
  key: string;
  /** When it opens and closes, from the moment of a start: phases are fresh at each. */
  opensIn: number;
  closesIn: number | null;
  /** The name of its category. */
  category: string;
  input: Omit<ProductInput, 'opensAt' | 'closesAt' | 'idempotencyKey' | 'categoryId'>;
}

const product = (
  key: string,
  name: string,
  stock: number,
  rest: Partial<DemoProduct['input']> & { category: string; opensIn?: number; closesIn?: number },
): DemoProduct => {
  const { opensIn = -MINUTE, closesIn = null, category, ...input } = rest;
  const usual = { description: '', brands: ['Demo Brand'], images: [], limitPerBuyer: 2, holdMinutes: 30 };
  return {
    key,
    opensIn,
    closesIn,
    category,
    input: {
      name,
      stock,
      price: 50_000,
      usedOn: null,
      timeZone: null,
      refundTiers: null,
      ...usual,
      ...input,
    },
  };
};

/** One product for every phase of a sale; the ids by which they are found again are their keys. */
export const demoProducts = (now: number): DemoProduct[] => [
  product('demo-open', 'Night Runner sneaker', 10_000, {
    category: 'Sneakers',
    description: 'On sale now. Ten thousand pairs, two for each buyer.',
    price: 189_000,
  }),
  product('demo-opening', 'Dawn Runner sneaker', 100, {
    category: 'Sneakers',
    description: 'Opens two minutes after the platform has started.',
    price: 219_000,
    limitPerBuyer: 1,
    opensIn: 2 * MINUTE,
  }),
  product('demo-sold-out', 'Signed poster', 3, {
    category: 'Posters',
    description: 'Three existed. All are sold.',
    price: 30_000,
    limitPerBuyer: 3,
  }),
  product('demo-closed', 'Winter cap', 50, {
    category: 'Clothing',
    description: 'This sale is over.',
    price: 39_000,
    opensIn: -7 * DAY,
    closesIn: -DAY,
  }),
  product('demo-ticket', 'Concert ticket, standing', 500, {
    category: 'Tickets',
    description:
      'Admission in thirty days. Ten days before, all of it is given back; three days before, half.',
    price: 132_000,
    limitPerBuyer: 4,
    usedOn: new Date(now + 30 * DAY),
    refundTiers: [
      { daysBefore: 10, percent: 100 },
      { daysBefore: 3, percent: 50 },
    ],
  }),
  product('demo-collaboration', 'Sea × Mountain jacket', 300, {
    category: 'Clothing',
    description: 'Made by two brands together.',
    brands: ['Sea Works', 'Mountain Works'],
    price: 420_000,
    limitPerBuyer: 1,
  }),
];

import { openOutage, within } from '@stampede/shared/background';
import { won } from '@stampede/shared/graphql';
import type { Log } from '@stampede/shared/telemetry';
import type { PriceComparison } from './price-comparison.entity.js';
import { pageOf, placeOf } from './page-of.js';
import { NOTHING, type Answer, type Compared, type Offer, type PriceSource } from './price-source.js';

/** Compares a product's price, within its budget whatever happens. Never rejects. */
export type ComparePrices = (product: Compared, first: number) => Promise<PriceComparison>;

export interface ComparePricesOptions {
  sources: readonly PriceSource[];
  publicUrl: string;
  /** What a product waits for all sources together, ms. What comes later is kept for the next who asks. */
  budgetMs?: number;
  log: Log;
}

const BUDGET_MS = 800;

export function openPriceComparison(options: ComparePricesOptions): ComparePrices {
  const { sources, publicUrl, budgetMs = BUDGET_MS, log } = options;
  const asked = sources.map((source) => ({ source, outage: openOutage(log, source.name) }));

  async function answerOf({ source, outage }: (typeof asked)[number], product: Compared): Promise<Answer> {
    try {
      const answer = await source.answer(product);
      // One that could not be had for all the others who ask says nothing of an outage.
      if (!answer.degraded) outage.ended();
      return answer;
    } catch (error) {
      outage.began(error);
      return NOTHING;
    }
  }

  return async (product, first) => {
    const answers = await Promise.all(
      asked.map((each) => within(budgetMs, answerOf(each, product), () => NOTHING)),
    );
    return merged(answers, placeOf(pageOf(publicUrl, product.id)), first);
  };
}

/** @param own the place of the product's own page: other shops' searches may well find it. */
function merged(answers: Answer[], own: string, first: number): PriceComparison {
  const byUrl = new Map<string, Offer>();
  for (const offer of answers.flatMap(({ offers }) => offers)) {
    const same = byUrl.get(offer.url);
    if (placeOf(offer.url) !== own && !(same && same.price <= offer.price)) byUrl.set(offer.url, offer);
  }
  const offers = [...byUrl.values()].toSorted(cheapestFirst);
  const known = answers.flatMap(({ asOf }) => (asOf === null ? [] : [asOf]));
  return {
    offers: offers.slice(0, first).map((offer) => ({ ...offer, price: won(offer.price) })),
    lowest: offers[0] ? won(offers[0].price) : null,
    degraded: answers.some(({ degraded }) => degraded),
    asOf: known.length === 0 ? null : new Date(Math.min(...known)),
  };
}

const cheapestFirst = (a: Offer, b: Offer) =>
  a.price - b.price || (a.title < b.title ? -1 : Number(a.title > b.title));

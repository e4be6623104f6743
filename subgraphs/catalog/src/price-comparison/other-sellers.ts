import type { Database } from '@stampede/shared/database';
import DataLoader from 'dataloader';
import { wordsOf } from '../browse/search-form.js';
import { MOST_OFFERS, type Compared, type Offer, type PriceSource } from './price-source.js';
import { productPage } from './product-page.js';
import { openSlots } from './slots.js';

interface OtherRow {
  asked: number;
  id: string;
  name: string;
  brands: string[];
  price: number;
}

/** Those whose description alone has the words are left out afterwards, so more are read than shown. */
const READ = 3 * MOST_OFFERS;
/** Common words take long: of a long list, the first then still have their answer in time. */
const BATCH = 25;
/** Nobody waits for it longer than that, and its answer is not kept. */
const STATEMENT_MS = 800;
const SLOTS = { name: 'a turn to compare sellers', slots: 2, queue: 50, patienceMs: 800 };

/**
 * `one` to `three` are the longest of `words`: the index of trigrams is asked by single patterns only, and not by
 * LIKE ALL.
 */
const OTHERS = `
  SELECT asked.asked, other.id, other.name, other.brands, other.price
  FROM jsonb_to_recordset($1::jsonb) AS asked(asked int, seller uuid, one text, two text, three text, words text[])
  CROSS JOIN LATERAL (
    SELECT id, name, brands, price FROM product
    WHERE search_text LIKE asked.one AND search_text LIKE asked.two AND search_text LIKE asked.three
      AND search_text LIKE ALL (asked.words) AND seller_id <> asked.seller
      AND opens_at <= now() AND (closes_at IS NULL OR closes_at > now()) AND NOT paused AND NOT sold_out
    ORDER BY price, id LIMIT ${READ}
  ) AS other`;

/**
 * Our own catalogue's offers: what other sellers sell now whose name has every word of this one's. Those asked for
 * in one tick share their statements.
 */
export function openOtherSellers(database: Database, publicUrl: string): PriceSource {
  const slots = openSlots(SLOTS);
  const loader = new DataLoader<Compared, Offer[]>((products) => slots.run(() => offersFor(products)), {
    cache: false,
    maxBatchSize: BATCH,
  });

  async function offersFor(products: readonly Compared[]): Promise<Offer[][]> {
    const words = products.map(({ name }) => wordsOf(name));
    const asked = products.flatMap((product, index) => patternsOf(index, product, words[index] ?? []));
    const rows = asked.length === 0 ? [] : await read(asked);
    const offers = products.map((): Offer[] => []);
    for (const { asked: index, id, name, brands, price } of rows) {
      const has = new Set(wordsOf(name));
      if (!words[index]?.every((word) => has.has(word))) continue;
      offers[index]?.push({
        title: name,
        shop: brands.join(' × '),
        price,
        url: productPage(publicUrl, id),
      });
    }
    return offers.map((found) => found.slice(0, MOST_OFFERS));
  }

  const read = (asked: object[]) =>
    database.transaction(async (tx) => {
      await tx.query(`SELECT set_config('statement_timeout', $1, true)`, [String(STATEMENT_MS)]);
      return tx.query<OtherRow>(`${OTHERS} ORDER BY other.price, other.id`, [JSON.stringify(asked)]);
    });

  return {
    name: 'comparing prices with other sellers',
    answer: async (product) => ({
      offers: await loader.load(product),
      asOf: Date.now(),
      degraded: false,
    }),
    // Its statements are bounded, and the database waits for them when it is closed.
    close: () => Promise.resolve(),
  };
}

/** None for a name without a letter or digit: every product would have all its words. */
function patternsOf(asked: number, { sellerId }: Compared, words: string[]): object[] {
  const patterns = [...new Set(words)].toSorted((a, b) => b.length - a.length).map((word) => `% ${word}%`);
  const [one, two = one, three = one] = patterns;
  return one === undefined ? [] : [{ asked, seller: sellerId, one, two, three, words: patterns }];
}

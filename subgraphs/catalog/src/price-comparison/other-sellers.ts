import type { Database } from '@stampede/shared/database';
import DataLoader from 'dataloader';
import { wordsOf } from '../browse/search-form.js';
import type { CountOverload, Overload } from './overloads.js';
import { pageOf } from './page-of.js';
import {
  MOST_OFFERS,
  NOTHING,
  type Answer,
  type Compared,
  type Offer,
  type PriceSource,
} from './price-source.js';
import { NoTurn, openSlots } from '../slots.js';

interface OtherRow {
  asked: number;
  id: string;
  name: string;
  brands: string[];
  price: number;
}

/** Products with the words anywhere whose names are looked at, from the cheapest on. */
const LOOKED_AT = 1_000;
/** Common words take long: of a long list, the first then still have their answer in time. */
const BATCH = 25;
/** Nobody waits longer than that, and the answer is not kept. */
const PATIENCE_MS = 800;
const SLOTS = { slots: 2, queue: 50 };
/** A statement was cancelled, being too slow. */
const QUERY_CANCELED = '57014';

/**
 * `one` to `three` are the longest of `words`: the index of trigrams is asked by single patterns only, and not by
 * LIKE ALL. It finds descriptions, too, and cheap things may name another's product there, so that names are looked at
 * before the limit of what is read. They are looked at until there are enough, because the inner rows have an order.
 */
const OTHERS = `
  SELECT asked.asked, other.id, other.name, other.brands, other.price
  FROM jsonb_to_recordset($1::jsonb) AS asked(asked int, seller uuid, one text, two text, three text, words text[], named text[])
  CROSS JOIN LATERAL (
    SELECT id, name, brands, price FROM (
      SELECT id, name, brands, price, name_form FROM product
      WHERE search_text LIKE asked.one AND search_text LIKE asked.two AND search_text LIKE asked.three
        AND search_text LIKE ALL (asked.words) AND seller_id <> asked.seller
        AND opens_at <= now() AND (closes_at IS NULL OR closes_at > now()) AND NOT paused AND NOT sold_out
      ORDER BY price, id LIMIT ${LOOKED_AT}
    ) AS found
    WHERE ' ' || name_form || ' ' LIKE ALL (asked.named)
    ORDER BY price, id LIMIT ${MOST_OFFERS}
  ) AS other`;

export interface OtherSellersOptions {
  database: Database;
  publicUrl: string;
  overloaded: CountOverload;
  /** How long a statement may wait for its turn, and how long it may take, ms. */
  patienceMs?: number | undefined;
}

/**
 * Our own catalogue's offers: what other sellers sell now whose name has every word of this one's. Those asked for
 * in one tick share their statements.
 */
export function openOtherSellers(options: OtherSellersOptions): PriceSource {
  const { database, publicUrl, overloaded, patienceMs = PATIENCE_MS } = options;
  const slots = openSlots({ ...SLOTS, patienceMs });
  const loader = new DataLoader<Compared, Offer[]>((products) => slots.run(() => offersFor(products)), {
    cache: false,
    maxBatchSize: BATCH,
  });

  async function offersFor(products: readonly Compared[]): Promise<Offer[][]> {
    const asked = products.flatMap((product, index) => patternsOf(index, product));
    const rows = asked.length === 0 ? [] : await read(asked);
    const offers = products.map((): Offer[] => []);
    for (const { asked: index, id, name, brands, price } of rows) {
      offers[index]?.push({ title: name, shop: brands.join(' × '), price, url: pageOf(publicUrl, id) });
    }
    return offers;
  }

  const read = (asked: object[]) =>
    database.transaction('find-other-sellers', async (tx) => {
      await tx.query(`SELECT set_config('statement_timeout', $1, true)`, [String(patienceMs)]);
      return tx.query<OtherRow>(`${OTHERS} ORDER BY other.price, other.id`, [JSON.stringify(asked)]);
    });

  return {
    name: 'comparing prices with other sellers',
    answer: async (product): Promise<Answer> => {
      try {
        return { offers: await loader.load(product), asOf: Date.now(), degraded: false };
      } catch (error) {
        const why = overloadOf(error);
        if (!why) throw error;
        overloaded(why);
        return NOTHING;
      }
    },
    // Its statements are bounded, and the database waits for them when it is closed.
    close: () => Promise.resolve(),
  };
}

function overloadOf(error: unknown): Overload | undefined {
  if (error instanceof NoTurn) return 'turn';
  return (error as { code?: unknown }).code === QUERY_CANCELED ? 'time' : undefined;
}

/** None for a name without a letter or digit: every product would have all its words. */
function patternsOf(asked: number, { name, sellerId }: Compared): object[] {
  const longestFirst = [...new Set(wordsOf(name))].toSorted((a, b) => b.length - a.length);
  const words = longestFirst.map((word) => `% ${word}%`);
  const named = longestFirst.map((word) => `% ${word} %`);
  const [one, two = one, three = one] = words;
  return one === undefined ? [] : [{ asked, seller: sellerId, one, two, three, words, named }];
}

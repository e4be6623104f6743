import { z } from 'zod';
import type { Offer } from '../price-source.js';
import { plainText } from './plain-text.js';

const MOST_TITLE = 200;
const MOST_SHOP = 100;
/** Real ones are shorter; it bounds what is remembered of an answer. */
const MOST_URL = 500;
const MOST_PRICE = 100_000_000_000;

/** The documentation has numbers, the service answers texts; `''` and `'0'` say that there is none. */
const whole = z.union([z.number(), z.string().trim()]).transform(Number).pipe(z.int().min(0));

const item = z.object({
  title: z.string(),
  link: z.string(),
  lprice: whole.pipe(z.int().min(1).max(MOST_PRICE)),
  mallName: z.string().default(''),
  productType: whole.optional(),
});

const answer = z.object({ items: z.array(z.unknown()) });

/** Types come in threes: 1–3 new, 4–6 used, 7–9 discontinued, 10–12 planned. 0 and none say nothing. */
const isSoldNew = (productType = 0) => productType <= 3;

/**
 * The offers of a search's answer: new things with a price and a link to http or https. An item that cannot be read
 * is left out; the others are good without it.
 *
 * @returns undefined when it is no such answer at all.
 */
export function readOffers(body: unknown): Offer[] | undefined {
  const parsed = answer.safeParse(body);
  if (!parsed.success) return undefined;
  return parsed.data.items.flatMap((each) => offerOf(each) ?? []);
}

function offerOf(value: unknown): Offer | undefined {
  const parsed = item.safeParse(value);
  if (!parsed.success) return undefined;
  const { title, link, lprice, mallName, productType } = parsed.data;
  const url = URL.parse(link);
  if (!url || !isSoldNew(productType) || !/^https?:$/.test(url.protocol) || url.username || url.password) {
    return undefined;
  }
  const text = plainText(title, MOST_TITLE);
  // As it is written out: that is longer where it is not ASCII.
  if (text === '' || url.href.length > MOST_URL) return undefined;
  return { title: text, shop: plainText(mallName, MOST_SHOP) || url.hostname, price: lprice, url: url.href };
}

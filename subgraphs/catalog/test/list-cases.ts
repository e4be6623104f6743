import { SalePhase } from '@stampede/shared/graphql';
import type { ProductFilter } from '../src/browse/product-filter.js';
import { ProductSort } from '../src/browse/product-sort.js';
import { categoryId, sellerId } from './many-products.js';

/** Filters, and the same in SQL as anybody would write it who has no index in mind. */
export const CASES: [name: string, filter: Pick<ProductFilter, keyof ProductFilter>, naive: string][] = [];
const has = (form: string) => `position('${form.normalize('NFKD')}' IN search_text) > 0`;
const inPhase = (phase: string) => `'${phase}' = CASE WHEN closes_at <= now() THEN 'CLOSED'
  WHEN opens_at > now() THEN 'SCHEDULED' WHEN paused THEN 'PAUSED' WHEN sold_out THEN 'SOLD_OUT' ELSE 'OPEN' END`;

CASES.push(
  ['nothing', {}, 'true'],
  ['a Korean word', { search: '운동화' }, has('운동화')],
  ['a part of a Korean word', { search: '동화' }, has('동화')],
  ['a syllable', { search: '죽' }, has('죽')],
  ['a Latin word', { search: 'POSTER' }, has('poster')],
  ['a part of a Latin word, without its accent', { search: 'rmel' }, has('rmel')],
  ['two words', { search: '한정판 leather' }, `${has('한정판')} AND ${has('leather')}`],
  ['what few have', { search: '99999' }, has('99999')],
  ['what none has', { search: 'xylophone' }, 'false'],
  // To PostgreSQL these are no letters, as it has them in no trigram.
  ['unknown letters', { search: '௰௰௰' }, 'false'],
  ['unknown letters but the first', { search: 'r௰௰' }, 'false'],
  ['an unknown letter', { search: '௰' }, 'false'],
  ['letters of which some are unknown', { search: 'ru௰' }, 'false'],
  ['the beginning of a word', { search: 'ru' }, has(' ru')],
  ['what most have', { search: 'years' }, has('years')],
  ['a category', { categoryId: categoryId(7) }, `category_id::text = '${categoryId(7)}'`],
  ['a brand', { brand: '브랜드-124' }, `'브랜드 124' = ANY(brands)`],
  ['a seller', { sellerId: sellerId(77) }, `seller_id::text = '${sellerId(77)}'`],
  ['a least price', { minPrice: 990_000 }, 'price::int >= 990000'],
  ['a low least price', { minPrice: 10_000 }, 'price::int >= 10000'],
  ['a greatest price', { maxPrice: 50_000 }, 'price::int <= 50000'],
  ['a range of prices', { minPrice: 300_000, maxPrice: 700_000 }, 'price::int BETWEEN 300000 AND 700000'],
);
for (const phase of Object.values(SalePhase)) CASES.push([`phase ${phase}`, { phase }, inPhase(phase)]);
const named = (name: string) => CASES.find(([of]) => of === name)!;
for (const [one, other] of [
  ['a Korean word', 'a category'],
  ['a part of a Korean word', 'phase OPEN'],
  ['a Latin word', 'a range of prices'],
  ['what most have', 'phase CLOSED'],
  ['a category', 'phase OPEN'],
  ['a category', 'phase SCHEDULED'],
  ['a category', 'a range of prices'],
  ['a brand', 'phase SOLD_OUT'],
  ['a brand', 'a range of prices'],
  ['a seller', 'phase PAUSED'],
  ['a seller', 'a Latin word'],
  ['a range of prices', 'phase OPEN'],
  ['a range of prices', 'phase CLOSED'],
] as const) {
  const [, filter, naive] = named(one);
  const [, and, also] = named(other);
  CASES.push([`${one} and ${other}`, { ...filter, ...and }, `${naive} AND ${also}`]);
}

/** Orders, in the same way. */
export const NAIVE_ORDER: Record<ProductSort, string> = {
  NEWEST: 'created_at DESC, id DESC',
  OPENING_SOON: `opens_at <= now(), CASE WHEN opens_at > now() THEN opens_at - now() ELSE now() - opens_at END,
    CASE WHEN opens_at > now() THEN id END, id DESC`,
  PRICE_LOW: 'price, id',
  PRICE_HIGH: 'price DESC, id DESC',
  NAME: 'name COLLATE "und-x-icu", id',
};
export const SORTS = Object.values(ProductSort);

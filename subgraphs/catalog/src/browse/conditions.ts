import { badInput } from '@stampede/shared/errors';
import { isStorable, isUuid, SalePhase } from '@stampede/shared/graphql';
import type { ProductFilter } from './product-filter.js';
import { brandKeyOf, wordsOf } from './search-form.js';

/** Gives a value a place in the statement: `$1`, `$2` … */
export type Bind = (value: unknown) => string;
/** What a row has to fulfil, as SQL. */
export type Condition = (bind: Bind) => string;

const MAX_TEXT = 100;
const MAX_WORDS = 8;
/** Shorter words are looked for at the beginning of words only: an index of trigrams knows none of them elsewhere. */
const THREE_LETTERS = /.{3}/u;

/** As phase.ts decides, of what PostgreSQL knows. An end of time keeps what never closes in the same index. */
const CLOSING = `coalesce(closes_at, 'infinity')`;
const OPENED = `${CLOSING} > now() AND opens_at <= now()`;
const PHASES: Record<SalePhase, string> = {
  CLOSED: `${CLOSING} <= now()`,
  SCHEDULED: `${CLOSING} > now() AND opens_at > now()`,
  PAUSED: `${OPENED} AND paused`,
  SOLD_OUT: `${OPENED} AND NOT paused AND sold_out`,
  OPEN: `${OPENED} AND NOT paused AND NOT sold_out`,
};

/**
 * What a filter asks of rows; undefined: there can be none.
 *
 * @throws BAD_USER_INPUT with every part that breaks a rule.
 */
export function conditionsOf(filter: ProductFilter): Condition[] | undefined {
  refuseBrokenRules(filter);
  const { search, categoryId, brand, phase, minPrice, maxPrice, sellerId } = filter;
  const conditions: Condition[] = [];
  const equal = (column: string, value: string) => conditions.push((bind) => `${column} = ${bind(value)}`);
  if (search?.trim()) {
    const words = new Set(wordsOf(search));
    if (words.size === 0) return undefined;
    conditions.push(...[...words].map(isFoundBy));
  }
  if (brand?.trim()) {
    if (!isStorable(brand)) return undefined;
    conditions.push((bind) => `brand_keys @> ARRAY[${bind(brandKeyOf(brand))}]`);
  }
  if (isGiven(categoryId)) {
    if (!isUuid(categoryId)) return undefined;
    equal('category_id', categoryId);
  }
  if (isGiven(sellerId)) {
    if (!isUuid(sellerId)) return undefined;
    equal('seller_id', sellerId);
  }
  if (isGiven(phase)) conditions.push(() => PHASES[phase]);
  if (isGiven(minPrice)) conditions.push((bind) => `price >= ${bind(minPrice)}`);
  if (isGiven(maxPrice)) conditions.push((bind) => `price <= ${bind(maxPrice)}`);
  return conditions;
}

const isGiven = <T>(value: T | null | undefined): value is T => value !== null && value !== undefined;

/**
 * A word has letters, marks and digits only: nothing in it is a wildcard. One of letters that are none in the
 * database's locale has no trigrams, and finds nothing: every product would have to be read. Where a word may begin
 * anywhere, a first letter alone gives none either.
 */
const isFoundBy = (word: string): Condition => {
  const anywhere = THREE_LETTERS.test(word);
  const pattern = anywhere ? `%${word}%` : `% ${word}%`;
  const indexed = anywhere ? word.replace(/^./u, '') : word;
  return (bind) => `search_text LIKE ${bind(pattern)} AND public.show_trgm(${bind(indexed)}) <> '{}'`;
};

function refuseBrokenRules({ search, brand, minPrice, maxPrice }: ProductFilter): void {
  const least = minPrice ?? 0;
  const most = maxPrice ?? Number.MAX_SAFE_INTEGER;
  const tooLong = (text: string | null | undefined) => (text?.length ?? 0) > MAX_TEXT;
  const problems = [
    tooLong(search) && { path: 'filter.search', message: `has at most ${MAX_TEXT} characters.` },
    // Not before its length: words of a long text take long to find.
    !tooLong(search) &&
      wordsOf(search ?? '').length > MAX_WORDS && {
        path: 'filter.search',
        message: `has at most ${MAX_WORDS} words.`,
      },
    tooLong(brand) && { path: 'filter.brand', message: `has at most ${MAX_TEXT} characters.` },
    least < 0 && { path: 'filter.minPrice', message: 'is not negative.' },
    most < 0 && { path: 'filter.maxPrice', message: 'is not negative.' },
    least >= 0 && most >= 0 && least > most && { path: 'filter.maxPrice', message: 'is not below minPrice.' },
  ].filter((problem) => problem !== false);
  if (problems.length > 0) throw badInput(...problems);
}

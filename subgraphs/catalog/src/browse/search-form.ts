/**
 * The form's version, the greater the later: raised when {@link wordsOf} or {@link searchColumnsOf} changes. What cases
 * and letters there are changes with Unicode besides.
 */
export const SEARCH_FORM = 1 * 10_000 + Math.round(Number(process.versions.unicode ?? 0) * 10);

/**
 * Bytes of `search_text` that a description may fill up. PostgreSQL gathers no statistics of values beyond 1,024
 * bytes, and takes every word that it knows nothing of for one that few products have.
 */
export const MAX_BYTES = 1_000;

/** Accents that NFKD has taken off their letters, and what nobody sees: variation selectors, soft hyphens, joiners. */
const UNSEEN = /[\u0300-\u036f\ufe00-\ufe0f\p{Cf}]/gu;
/** A letter or digit, and what goes on with it; other marks (Japanese voicing, Thai vowels) belong to their letter. */
const WORD = /[\p{L}\p{N}][\p{L}\p{M}\p{N}]*/gu;

/**
 * A text in the form in which texts are compared: its words without case (ß is ss) and accents, one space between
 * them. Empty when it has neither letter nor digit. NFKD takes a Hangul syllable apart into its letters, so that
 * two syllables are four to six of them, and trigrams find any part of a Korean word.
 */
export const searchForm = (text: string): string => wordsOf(text).join(' ');

export const wordsOf = (text: string): string[] =>
  foldCase(text.normalize('NFKD')).normalize('NFKD').replace(UNSEEN, '').match(WORD) ?? [];

/** What two texts have in common that differ in case only. Some letters have capitals of two letters, sigma two small ones. */
const foldCase = (text: string): string =>
  text.toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ');

/** A brand in that form; one of signs alone (“!!!”) stays as it is. */
export const brandKeyOf = (brand: string): string =>
  searchForm(brand) || brand.normalize('NFKC').toLowerCase().trim();

export interface Findable {
  name: string;
  brands: readonly string[];
  description: string;
}

/** Columns of `product`. */
export interface SearchColumns {
  search_text: string;
  name_form: string;
  brand_keys: string[];
  search_form: number;
}

/**
 * What a product is found by, to be stored with each change of these three. `search_text` has each word once, with a
 * space before it, so that the beginning of a word can be looked for: those of name and brands, and as many of the
 * description as there is room for.
 */
export function searchColumnsOf({ name, brands, description }: Findable): SearchColumns {
  const words = new Set([name, ...brands].flatMap(wordsOf));
  let bytes = 0;
  for (const word of words) bytes += sizeOf(word);
  for (const word of wordsOf(description)) {
    if (words.has(word)) continue;
    bytes += sizeOf(word);
    if (bytes > MAX_BYTES) break;
    words.add(word);
  }
  return {
    search_text: [...words].map((word) => ` ${word}`).join(''),
    name_form: searchForm(name),
    brand_keys: [...new Set(brands.map(brandKeyOf))],
    search_form: SEARCH_FORM,
  };
}

const sizeOf = (word: string): number => 1 + Buffer.byteLength(word);

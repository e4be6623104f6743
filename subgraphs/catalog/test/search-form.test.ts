import { expect, test } from '@jest/globals';
import { isStorable } from '@stampede/shared/graphql';
import { brandKeyOf, SEARCH_FORM, searchColumnsOf, searchForm } from '../src/browse/search-form.js';

test.each([
  ['is in lower case', 'Night RUNNER', 'night runner'],
  ['is the same for every case', 'STRASSE Straße STRAẞE ΟΔΟΣ οδός', 'strasse strasse strasse οδοσ οδοσ'],
  ['has no accents', 'Café Ångström İstanbul', 'cafe angstrom istanbul'],
  ['has one space for all that is no letter or digit', '  a—b_c%d\\e\t\nf!  ', 'a b c d e f'],
  ['reads full-width and other shapes as the usual ones', 'ＡＢＣ ① ℡ ﬁt', 'abc 1 tel fit'],
  ['does not see what nobody sees', 'a\u00adb\u200bc ❤\ufe0f\ufeff', 'abc'],
  ['keeps letters of every script', '東京 Αθήνα зима กำ', '東京 αθηνα зима กํา'],
  ['keeps a letter’s own marks with it', 'ガンダム', 'カ\u3099ンタ\u3099ム'],
  ['has nothing of signs', '%_\\ ❤️ -- \u3099 ...', ''],
  ['has nothing that PostgreSQL could not keep', 'a\0b\ud800c', 'a b c'],
])('the form %s', (_, text, form) => {
  expect(searchForm(text)).toBe(form);
  expect(searchForm(form)).toBe(form);
  expect(isStorable(form)).toBe(true);
});

test('Hangul is taken apart into its letters, however it was typed', () => {
  const form = searchForm('신발');
  expect(form).toHaveLength(6);
  expect(searchForm('신발'.normalize('NFD'))).toBe(form);
  // What somebody has typed halfway: the next syllable’s first letter stands alone.
  expect(form.startsWith(searchForm('신ㅂ'))).toBe(true);
});

test('a brand of signs alone is still a brand', () => {
  expect(brandKeyOf(' !!! ')).toBe('!!!');
  expect(brandKeyOf('Sea-Works')).toBe(brandKeyOf('SEA works'));
});

test('a product is found by the words of its name, brands and description', () => {
  expect(
    searchColumnsOf({
      name: 'Sea × Mountain',
      brands: ['Sea Works', 'SEA works', '!!!'],
      description: 'A jacket.',
    }),
  ).toEqual({
    search_text: ' sea mountain works a jacket',
    name_form: 'sea mountain',
    brand_keys: ['sea works', '!!!'],
    search_form: SEARCH_FORM,
  });
  expect(searchColumnsOf({ name: '!', brands: [], description: '' })).toEqual({
    search_text: '',
    name_form: '',
    brand_keys: [],
    search_form: SEARCH_FORM,
  });
});

const bytesOf = (text: string) => Buffer.byteLength(text);
const numbered = (word: string, most: number) => Array.from({ length: most }, (_, n) => `${word}${n}`);

test('a long description is found by as many of its words as PostgreSQL has statistics of', () => {
  const words = numbered('운동화', 1_000);
  const { search_text } = searchColumnsOf({ name: 'Night', brands: ['Sea'], description: words.join(' ') });
  expect(search_text.startsWith(` night sea ${searchForm(words[0]!)} `)).toBe(true);
  // One word more would be too many.
  expect(bytesOf(search_text)).toBeLessThanOrEqual(1_000);
  expect(bytesOf(search_text)).toBeGreaterThan(1_000 - 32);
  // Whole words only, each once.
  const found = search_text.trim().split(' ');
  expect(found.slice(2)).toEqual(words.slice(0, found.length - 2).map(searchForm));
  const twice = searchColumnsOf({
    name: 'Night',
    brands: ['Sea'],
    description: `${'night sea '.repeat(900)} late`,
  });
  expect(twice.search_text).toBe(' night sea late');
});

test('name and brands are found by all of their words, however long', () => {
  const words = numbered('모자', 100);
  const { search_text } = searchColumnsOf({ name: words.join(' '), brands: ['Sea'], description: 'late' });
  expect(search_text).toBe([...words.map(searchForm), 'sea'].map((word) => ` ${word}`).join(''));
});

import { expect, test } from '@jest/globals';
import { isStorable } from '@stampede/shared/graphql';
import { brandKeyOf, searchColumnsOf, searchForm } from '../src/browse/search-form.js';

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
    search_text: ' sea mountain sea works sea works a jacket',
    brand_keys: ['sea works', '!!!'],
  });
  expect(searchColumnsOf({ name: '!', brands: [], description: '' })).toEqual({
    search_text: '',
    brand_keys: [],
  });
});

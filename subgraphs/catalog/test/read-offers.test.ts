import { expect, test } from '@jest/globals';
import { plainText } from '../src/price-comparison/naver/plain-text.js';
import { readOffers } from '../src/price-comparison/naver/read-offers.js';
import { ITEM, OFFER } from './naver-item.js';

const read = (...items: unknown[]) =>
  readOffers({ lastBuildDate: 'Sat', total: items.length, start: 1, items });

test('an item’s numbers may be texts or numbers', () => {
  expect(read(ITEM)).toEqual([OFFER]);
  expect(read({ ...ITEM, lprice: 129_000, hprice: 0, productId: 82_694_551_234, productType: 1 })).toEqual([
    OFFER,
  ]);
});

test.each([
  ['no price', { lprice: '0' }],
  ['an empty price', { lprice: '' }],
  ['a price that is no number', { lprice: '1e' }],
  ['a price below nothing', { lprice: -1 }],
  ['half a won', { lprice: '0.5' }],
  ['a script for a link', { link: 'javascript:alert(1)' }],
  ['no link', { link: '' }],
  ['a link with a password', { link: 'https://a:b@shop.test/' }],
  ['an endless link', { link: `https://shop.test/${'a'.repeat(483)}` }],
  ['a link that is endless as it is written out', { link: `https://shop.test/${'가'.repeat(54)}` }],
  ['a used thing', { productType: '5' }],
  ['a discontinued thing', { productType: '8' }],
  ['a planned thing', { productType: 11 }],
  ['a title of tags', { title: '<b></b>' }],
  ['no title', { title: undefined }],
])('an item with %s is left out, and the others are kept', (_, change) => {
  expect(read({ ...ITEM, ...change }, ITEM, null, 'item')).toEqual([OFFER]);
});

test('a shop without a name is called by its address', () => {
  expect(read({ ...ITEM, mallName: '' })?.[0]?.shop).toBe('search.shopping.naver.com');
});

test('a link of 500 characters is kept', () => {
  const url = `https://shop.test/${'a'.repeat(482)}`;
  expect(read({ ...ITEM, link: url })).toEqual([{ ...OFFER, url }]);
});

test.each([[null], [[]], ['items'], [{ items: {} }], [{ errorCode: 'SE99' }]])('%j is no answer', (body) => {
  expect(readOffers(body)).toBeUndefined();
});

test.each([
  ['<b>Air</b> <B class="x">Max</B>', 'Air Max'],
  ['3 < 5 & 7 > 6', '3 < 5 & 7 > 6'],
  ['&lt;b&gt;bold&lt;/b&gt; &amp;amp; &quot;x&quot; &#39;y&#x27;', '<b>bold</b> &amp; "x" \'y\''],
  ['&unknown; &#0; &#1114112; &#xD800;', '&unknown; &#1114112; &#xD800;'],
  ['a\u202eb\u0000c\r\n\t d', 'a b c d'],
  ['<script>alert(1)</script>', 'alert(1)'],
  ['<'.repeat(3), '<<<'],
])('%j reads %j', (html, text) => {
  expect(plainText(html, 100)).toBe(text);
});

test('a text is cut between characters', () => {
  expect(plainText('12345', 3)).toBe('123');
  expect(plainText('12😀', 3)).toBe('12');
});

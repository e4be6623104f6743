import { expect, test } from '@jest/globals';
import { isOneAddress, readSender } from '../src/mail/address.js';
import { letter } from '../src/mail/letter.js';

const button = { label: 'Open', url: 'https://shop.test/x?a=1&b=2' };

test('a letter says the same as text and as HTML, with the address of its button in both', () => {
  const { subject, text, html } = letter({
    language: 'ko',
    subject: '주소 확인',
    paragraphs: ['하나', '둘'],
    button,
  });
  expect(subject).toBe('주소 확인');
  expect(text).toMatch(/^하나\n\n둘\n\nOpen:\nhttps:\/\/shop\.test\/x\?a=1&b=2\n\n-- \nStampede에서 /);
  expect(html).toContain('<html lang="ko">');
  expect(html.match(/href="https:\/\/shop\.test\/x\?a=1&amp;b=2"/g)).toHaveLength(2);
  expect(html).toMatch(/<p [^>]*>하나<\/p>\n<p [^>]*>둘<\/p>/);
  expect(letter({ language: 'en', subject: 's', paragraphs: [] }).text).toContain('Stampede sent this mail');
});

test('what stands in a letter makes no header, no paragraph, and no markup', () => {
  const bad = 'Kim\r\nBcc: x@example.com\u2028\u202e\u0000<script>alert(1)</script> & "q"';
  const { subject, text, html } = letter({
    language: 'en',
    subject: bad,
    paragraphs: [bad],
    button: { label: bad, url: 'https://shop.test/"><script>' },
  });
  const flat = 'Kim Bcc: x@example.com <script>alert(1)</script> & "q"';
  expect(subject).toBe(flat);
  expect(text).toContain(`${flat}\n\n${flat}:\nhttps://shop.test/%22%3E%3Cscript%3E\n`);
  expect(html).not.toContain('<script');
  expect(html).toContain('Kim Bcc: x@example.com &lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;q&quot;');
});

test.each(['javascript:alert(1)', 'data:text/html,x', '/relative', ''])(
  'a button does not lead to %j',
  (url) => {
    const to = { label: 'x', url };
    expect(() => letter({ language: 'en', subject: 's', paragraphs: [], button: to })).toThrow(RangeError);
  },
);

test.each([
  [
    'Stampede <no-reply@stampede.test>',
    { name: 'Stampede', address: 'no-reply@stampede.test', domain: 'stampede.test' },
  ],
  ['me@gmail.com', { name: '', address: 'me@gmail.com', domain: 'gmail.com' }],
  ['Stampede', undefined],
  ['a@example.com, b@example.com', undefined],
  ['', undefined],
])('the sender %j is read as %j', (text, sender) => {
  expect(readSender(text)).toEqual(sender);
});

test.each([
  ['kim+sale@example.co.kr', true],
  ['김@한국.kr', true],
  ["o'neil@example.com", true],
  ['a@example.com, b@example.com', false],
  ['a@example.com;b@example.com', false],
  ['a b@example.com', false],
  ['Name <a@example.com>', false],
  ['<a@example.com>', false],
  ['a@example.com\r\nBcc: b@example.com', false],
  ['a@example.com\0', false],
  ['group: a@example.com;', false],
  ['nobody', false],
  ['', false],
])('%j is one address: %s', (text, one) => {
  expect(isOneAddress(text)).toBe(one);
});

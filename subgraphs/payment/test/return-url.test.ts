import { expect, test } from '@jest/globals';
import { checkReturnUrl, returnUrlsOf } from '../src/start-payment/return-url.js';

const ALLOWED = 'https://shop.example, http://localhost:*';
const check = (url: string) => checkReturnUrl(new URL(url), ALLOWED).href;

test.each([
  'https://shop.example/return',
  'https://shop.example:443/return?order=1#there',
  'https://SHOP.example/',
  'http://localhost/',
  'http://localhost:3000/a/b',
])('sends a buyer back to %s', (url) => {
  expect(check(url)).toBe(new URL(url).href);
});

test.each([
  // Origins that look alike.
  'http://localhost.evil.com/',
  'http://evil.com/http://localhost/',
  'http://127.0.0.1/',
  'https://localhost/',
  'https://shop.example.evil.com/',
  'https://evil.com/?https://shop.example',
  'https://evil.com#https://shop.example',
  'https://shop.example:444/',
  'https://sub.shop.example/',
  'http://shop.example/',
  'https://shop.example./',
  // What a person takes for the host is a user's name.
  'https://shop.example@evil.com/',
  'https://user@shop.example/',
  'https://:secret@shop.example/',
  'http://localhost:3000@evil.com/',
  // No web page at all.
  'javascript:alert(1)',
  'javascript://localhost/%0aalert(1)',
  'data:text/html,<script>alert(1)</script>',
  'file://localhost/etc/passwd',
  'blob:https://shop.example/1',
  'ws://localhost:3000/',
])('never sends a buyer to %s', (url) => {
  expect(() => check(url)).toThrow('is not of an allowed origin.');
});

test('an address that would not fit the provider’s 255 characters is refused', () => {
  const longest = `https://shop.example/${'x'.repeat(180 - 'https://shop.example/'.length)}`;
  const { cancelUrl } = returnUrlsOf(new URL(check(longest)), '0b8f3a52-6a0e-4d3c-9f57-2d5f0f6f6a10');
  expect(cancelUrl.length).toBeLessThanOrEqual(255);
  expect(() => check(`${longest}x`)).toThrow('has at most 180 characters.');
});

test('the buyer comes back with the payment, and with what the page had', () => {
  const { approvalUrl, cancelUrl, failUrl } = returnUrlsOf(
    new URL('http://localhost:3000/?a=1&payment=x#b'),
    'ID',
  );
  expect(approvalUrl).toBe('http://localhost:3000/?a=1&payment=ID#b');
  expect(cancelUrl).toBe('http://localhost:3000/?a=1&payment=ID&outcome=cancelled#b');
  expect(failUrl).toBe('http://localhost:3000/?a=1&payment=ID&outcome=failed#b');
});

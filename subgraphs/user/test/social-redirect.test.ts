import { expect, test } from '@jest/globals';
import { checkRedirectUri } from '../src/social/allowed-redirect.js';

const OWN = 'https://shop.example/social';
const ALLOWED = ' https://shop.example/after-login, http://localhost:*,https://app.example:*,nonsense';
const check = (url: string, allowed = ALLOWED) => checkRedirectUri(new URL(url), allowed, OWN);

test.each([
  OWN,
  `${OWN}/kakao`,
  `${OWN}/naver`,
  'https://shop.example/after-login',
  'https://SHOP.example:443/after-login',
  'http://localhost/',
  'http://localhost:4000/any/path',
])('lets a provider send people back to %s', (url) => {
  expect(check(url)).toBe(new URL(url).href);
});

test.each([
  // Nearly the one that is allowed.
  'https://shop.example/after-login/',
  'https://shop.example/after-login/more',
  'https://shop.example/AFTER-LOGIN',
  'https://shop.example/',
  'http://shop.example/after-login',
  'https://shop.example:444/after-login',
  'https://shop.example.evil.test/after-login',
  'https://evil.test/social',
  `${OWN}/`,
  `${OWN}/google`,
  `${OWN}/kakao/more`,
  // Any port of another machine is not for a setting to allow.
  'https://app.example:4000/',
  'https://app.example/',
  // Not on this machine.
  'http://localhost.evil.test/',
  'http://localhost:4000@evil.test/',
  'http://localhost@evil.test:4000/',
  'http://127.0.0.1:4000/',
  'https://localhost:4000/',
  'http://[::1]:4000/',
  // User info, where people look for the host.
  'http://evil.test@localhost:4000/',
  'http://:secret@localhost:4000/',
  'https://user@shop.example/after-login',
  // No web page at all.
  'javascript://localhost/%0aalert(1)',
  'data:text/html,nonsense',
  'file://localhost/etc/passwd',
  'blob:http://localhost:4000/1',
])('never lets one send them to %s', (url) => {
  expect(() => check(url)).toThrow('is not one of the allowed redirect URIs.');
});

test.each(['?next=/', '#there', '?', '#'])('takes no redirect URI that ends in %s', (end) => {
  expect(() => check(`http://localhost:4000/${end}`)).toThrow('has no query and no fragment.');
});

test('takes no redirect URI of 10 kB', () => {
  expect(() => check(`http://localhost:4000/${'x'.repeat(10_000)}`)).toThrow('has at most 500 characters.');
});

test('takes 127.0.0.1 where it is written so, and nothing but the own page where nothing is written', () => {
  expect(check('http://127.0.0.1:1/x', 'http://127.0.0.1:*')).toBe('http://127.0.0.1:1/x');
  expect(check(OWN, '')).toBe(OWN);
  expect(() => check('http://localhost:4000/', '')).toThrow('is not one of the allowed redirect URIs.');
});

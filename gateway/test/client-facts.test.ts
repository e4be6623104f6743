import { expect, test } from '@jest/globals';
import type { IncomingMessage } from 'node:http';
import { addressOf } from '../src/client/address.js';
import { languageOf } from '../src/client/language.js';
import { openRefreshCookie } from '../src/client/refresh-cookie.js';

const request = (headers: Record<string, string | undefined>, remoteAddress = '192.0.2.1') =>
  ({ headers, socket: { remoteAddress } }) as unknown as IncomingMessage;

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['::ffff:c000:207', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8:0:0:1::', '2001:db8:0:0::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
])('knows %s as %s', (remoteAddress, address) => {
  expect(addressOf(request({}, remoteAddress), 0)).toBe(address);
});

test('knows no address of a socket that is gone', () => {
  const gone = { headers: {}, socket: {} } as unknown as IncomingMessage;
  expect(addressOf(gone, 0)).toBe('');
});

const CHAIN = '6.6.6.6, 198.51.100.3, 2001:db8:9:9::1';
test.each([
  ['no proxy is trusted', 0, CHAIN, '192.0.2.1'],
  ['one proxy is trusted', 1, CHAIN, '2001:db8:9:9::/64'],
  ['two proxies are trusted', 2, CHAIN, '198.51.100.3'],
  ['the request came around the proxies', 4, CHAIN, '192.0.2.1'],
  ['there is no such header', 1, undefined, '192.0.2.1'],
  ['the header is empty', 1, '', '192.0.2.1'],
  ['the entry is no address', 1, '198.51.100.3, unknown', '192.0.2.1'],
  ['the entry is markup', 1, '<script>', '192.0.2.1'],
  ['a proxy names the port', 1, '198.51.100.3:4711', '198.51.100.3'],
  ['a proxy names the port of an IPv6 address', 1, '[2001:db8::5]:4711', '2001:db8:0:0::/64'],
  ['the entry is an address in brackets that is none', 1, '[nothing]:1', '192.0.2.1'],
])('takes the address of the last hop that is not ours: %s', (_, trusted, header, address) => {
  expect(addressOf(request({ 'x-forwarded-for': header }), trusted)).toBe(address);
});

test.each([
  [undefined, 'en'],
  ['', 'en'],
  ['ko', 'ko'],
  ['ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7', 'ko'],
  ['KO-kr', 'ko'],
  ['en-US,en;q=0.9,ko;q=0.8', 'en'],
  ['en;q=0.5, ko;q=0.6', 'ko'],
  ['ko;q=0, *', 'en'],
  ['en;q=0, *;q=0.1', 'ko'],
  ['ko, en', 'ko'],
  ['en, ko', 'en'],
  ['*', 'en'],
  ['fr, de', 'en'],
  ['fr, ko;q=0.1', 'ko'],
  ['ko;q=0', 'en'],
  ['kok, kor', 'en'],
  ['ko;q=1.5', 'en'],
  ['ko;q=', 'en'],
  [';;;,,,=', 'en'],
  ['ko ; q=0.3 , en ; q=0.2', 'ko'],
])('prefers of %j %s', (header, language) => {
  expect(languageOf(header)).toBe(language);
});

const TOKEN = 'A-_9'.repeat(10);
test.each([
  ['it alone', `stampede-refresh=${TOKEN}`, TOKEN],
  ['it among others', `a=b; stampede-refresh=${TOKEN};c=d`, TOKEN],
  ['none', undefined, undefined],
  ['an empty one', 'stampede-refresh=', undefined],
  ['no pairs', '; ;=;stampede-refresh', undefined],
  ['a name that only ends like it', `x-stampede-refresh=${TOKEN}`, undefined],
  ['a name that only begins like it', `stampede-refresh-x=${TOKEN}`, undefined],
  ['the name of the other scheme', `__Host-stampede-refresh=${TOKEN}`, undefined],
  ['two of the name', `stampede-refresh=${TOKEN}; stampede-refresh=${TOKEN}`, undefined],
  ['one of a name that browsers take for another', `\u00a0stampede-refresh=${TOKEN}`, undefined],
  ['it between blanks', `a=b;\t stampede-refresh =\t${TOKEN} `, TOKEN],
  ['a quoted one', `stampede-refresh="${TOKEN}"`, undefined],
  ['one of 8 kB', `stampede-refresh=${'A'.repeat(8_192)}`, undefined],
  ['it after 8 kB of others', `${'x=y; '.repeat(1_600)}stampede-refresh=${TOKEN}`, TOKEN],
  ['bytes that are no text', `stampede-refresh=\u00ff\u0000`, undefined],
])('reads the cookie of a client that sends %s', (_, cookie, token) => {
  expect(openRefreshCookie('http://localhost:4000').read(request({ cookie }))).toBe(token);
});

test('goes by the name that is tied to the host where the gateway is reached by https', () => {
  const { read } = openRefreshCookie('https://api.example');
  expect(read(request({ cookie: `__Host-stampede-refresh=${TOKEN}` }))).toBe(TOKEN);
  expect(read(request({ cookie: `stampede-refresh=${TOKEN}` }))).toBeUndefined();
});

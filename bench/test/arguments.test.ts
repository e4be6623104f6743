import { expect, test } from '@jest/globals';
import { profiledServices, readArguments, usageOf } from '../src/arguments.js';
import { UsageError } from '../src/command-line.js';

test('a scenario alone is ten thousand buyers for a hundred units, once', () => {
  expect(readArguments(['flash-sale'])).toEqual({
    scenario: 'flash-sale',
    buyers: 10_000,
    stock: 100,
    connections: 512,
    runs: 1,
    signIns: 0,
    watch: 0,
    flush: false,
    profile: false,
  });
});

test('everything can be chosen, and no connection is opened that no buyer uses', () => {
  const args =
    'flash-sale --buyers 60 --stock=10 --connections 10000 --runs 5 --sign-ins 7 --watch 20 --flush --profile'.split(
      ' ',
    );
  expect(readArguments(args)).toEqual({
    scenario: 'flash-sale',
    buyers: 60,
    stock: 10,
    connections: 60,
    runs: 5,
    signIns: 7,
    watch: 20,
    flush: true,
    profile: true,
  });
});

test.each([
  [[], 'a scenario is missing'],
  [['--buyers', '60', 'flash-sale'], 'a scenario is missing'],
  [['slow-sale'], 'no scenario "slow-sale"'],
  [['toString'], 'no scenario "toString"'],
  [['live-viewers', '--buyers', '60'], '--buyers'],
  [['live-viewers', '--viewers', '50001'], '--viewers is a whole number from 1 to 50000, not "50001"'],
  [['live-viewers', '--changes', '0'], '--changes is a whole number'],
  [['stock-reads', '--products', '20001'], '--products is a whole number'],
  [['stock-reads', '--search'], '--search'],
  [['flash-sale', 'twice'], '"twice" is not understood'],
  [['flash-sale', '--buyers', '0'], '--buyers is a whole number from 1 to 100000, not "0"'],
  [['flash-sale', '--buyers', '100001'], '--buyers is a whole number'],
  [['flash-sale', '--stock', '1.5'], '--stock is a whole number'],
  [['flash-sale', '--stock', '1e3'], '--stock is a whole number'],
  [['flash-sale', '--connections', 'many'], '--connections is a whole number'],
  [['flash-sale', '--watch', '601'], '--watch is a whole number'],
  [['flash-sale', '--sign-ins', '-1'], '--sign-ins'],
  [['flash-sale', '--runs', ''], '--runs is a whole number'],
  [['flash-sale', '--buyers'], '--buyers'],
  [['flash-sale', '--flush=yes'], '--flush'],
  [['flash-sale', '--hurry'], '--hurry'],
])('%j is refused: %s', (args, message) => {
  expect(() => readArguments(args)).toThrow(UsageError);
  expect(() => readArguments(args)).toThrow(message);
});

test('ten thousand watch two changes a second for twenty seconds', () => {
  expect(readArguments(['live-viewers'])).toEqual({
    scenario: 'live-viewers',
    viewers: 10_000,
    changes: 2,
    seconds: 20,
    runs: 1,
    search: false,
    profile: false,
  });
  expect(readArguments('live-viewers --viewers 2000 --changes 10 --search'.split(' '))).toMatchObject({
    viewers: 2_000,
    changes: 10,
    search: true,
  });
});

test('a thousand products are read for a minute while twenty checkouts a second change them', () => {
  expect(readArguments(['stock-reads'])).toEqual({
    scenario: 'stock-reads',
    products: 1_000,
    seconds: 60,
    connections: 64,
    checkouts: 20,
    runs: 1,
    profile: false,
  });
});

test('who is not understood is told how the scenario is used, or all of them', () => {
  expect(usageOf(['live-viewers', '--hurry'])).toMatch(/^usage: npm run bench -- live-viewers .*$/);
  expect(usageOf(['slow-sale']).match(/npm run bench -- [a-z-]+/g)).toEqual([
    'npm run bench -- flash-sale',
    'npm run bench -- hold-end',
    'npm run bench -- live-viewers',
    'npm run bench -- overload',
    'npm run bench -- paid-orders',
    'npm run bench -- redis-loss',
    'npm run bench -- stock-reads',
  ]);
});

test('only what a scenario asks most of writes profiles, and only when it is told to', () => {
  expect(profiledServices(readArguments(['flash-sale', '--profile']))).toEqual(['gateway', 'order']);
  expect(profiledServices(readArguments(['live-viewers', '--profile']))).toEqual(['gateway', 'catalog']);
  expect(profiledServices(readArguments(['flash-sale']))).toEqual([]);
});

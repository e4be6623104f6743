import { expect, test } from '@jest/globals';
import { readArguments, UsageError } from '../src/arguments.js';

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
    '--buyers 60 --stock=10 flash-sale --connections 10000 --runs 5 --sign-ins 7 --watch 20 --flush --profile'.split(
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
  [['slow-sale'], 'no scenario "slow-sale"'],
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

import { expect, test } from '@jest/globals';
import { readArguments } from '../src/arguments.js';
import { readMachineLimits, shortageOf } from '../src/machine-limits.js';

const crowd = readArguments(['live-viewers', '--viewers', '10000']);
const sale = readArguments(['flash-sale', '--connections', '10000']);

test('a crowd needs a file for each viewer, and two ports: it comes back before the first ones are free', () => {
  expect(shortageOf(crowd, { openFiles: 10_500, ports: 20_500 })).toBeUndefined();
  expect(shortageOf(crowd, { openFiles: 10_499, ports: 20_500 })).toContain('ulimit -n 10500');
  expect(shortageOf(crowd, { openFiles: 10_500, ports: 20_499 })).toContain(
    'need 20500 ports, and there are 20499',
  );
});

test('other scenarios need a port for each connection', () => {
  expect(shortageOf(sale, { openFiles: 10_500, ports: 10_500 })).toBeUndefined();
  expect(shortageOf(sale, { openFiles: 10_500, ports: 10_499 })).toContain(
    '10000 connections need 10500 ports',
  );
});

test('this machine has limits, or none that can be told', () => {
  const { openFiles, ports } = readMachineLimits();
  expect(openFiles).toBeGreaterThan(100);
  expect(ports).toBeGreaterThan(100);
});
